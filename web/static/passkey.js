// Passkeys: asks the browser for what the form needs, and sends it. Without this file the codes remain, and the page says so.
"use strict";

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The server's JSON as the browser wants it: its binary values are base64url there.
const optionsOf = (told) => {
  const options = { ...told, challenge: bytesOf(told.challenge) };
  if (told.user) options.user = { ...told.user, id: bytesOf(told.user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (told[name]) options[name] = told[name].map((each) => ({ ...each, id: bytesOf(each.id) }));
  }
  return options;
};

const answerOf = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  return { id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response };
};

const hasPasskeys = window.isSecureContext && window.PublicKeyCredential !== undefined;
for (const told of document.querySelectorAll("[data-passkey-missing]")) told.hidden = hasPasskeys;

for (const form of hasPasskeys ? document.querySelectorAll("form[data-passkey]") : []) {
  const button = form.querySelector("[data-passkey-go]");
  const faults = [...form.querySelectorAll("[data-passkey-fault]")];
  button.hidden = false;
  button.addEventListener("click", async () => {
    for (const each of faults) each.hidden = true;
    button.disabled = true;
    try {
      const publicKey = optionsOf(JSON.parse(form.dataset.options));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = JSON.stringify(answerOf(credential));
      form.requestSubmit();
    } catch (error) {
      const named = faults.find((each) => each.dataset.passkeyFault === error.name);
      (named ?? faults[0]).hidden = false;
    }
    button.disabled = false;
  });
}
