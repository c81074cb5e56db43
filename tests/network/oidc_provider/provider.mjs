// The certified OpenID provider, as the tests need one: told what to be on standard input, one JSON line, once it has
// said which port it listens on. It lives until standard input ends. Its own pages are plain: a name, and three buttons.
import http from "node:http";
import readline from "node:readline";

import Provider from "oidc-provider";

const server = http.createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://localhost:${server.address().port}`;
const lines = readline.createInterface({ input: process.stdin });
lines.on("close", () => process.exit(0));
console.log(JSON.stringify({ issuer }));
const [told] = await new Promise((line) => lines.once("line", (text) => line([JSON.parse(text)])));

const page = (title, body) =>
  `<!doctype html><html lang="sv"><head><title>${title}</title><link rel="icon" href="data:,"></head>` +
  `<body><main><h1>${title}</h1>${body}</main></body></html>`;

const provider = new Provider(issuer, {
  clients: [told.client],
  jwks: { keys: told.keys },
  cookies: { keys: ["a key of the tests"] },
  // What each scope brings, and whether it stands in the ID token or is asked for at userinfo.
  claims: { openid: ["sub"], ...told.claims },
  conformIdTokenClaims: told.asks_userinfo,
  scopes: ["openid", ...Object.keys(told.claims)],
  acrValues: told.levels,
  pkce: { required: () => true },
  ttl: { Session: 3600, Interaction: 600, Grant: 3600, IdToken: 300, AccessToken: 300, AuthorizationCode: 60 },
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: told.demands_pushed },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        context.body = page("Logga ut", `${form}<button form="op.logoutForm" name="logout" value="yes">Logga ut här</button>`);
      },
      postLogoutSuccessSource: (context) => {
        context.body = page("Utloggad", "");
      },
    },
  },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...told.people[id] }) }),
  // Whoever has signed in has agreed: what is asked is what the client is registered for.
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope(["openid", ...Object.keys(told.claims)].join(" "));
    await grant.save();
    return grant;
  },
});

const form = (uid, levels) =>
  page(
    "Legitimera dig",
    `<form method="post" action="/interaction/${uid}"><label>Vem <input name="person" autocomplete="off"></label>` +
      `<label>Nivå <input name="level" value="${levels}" autocomplete="off"></label>` +
      `<button name="how" value="in">Legitimera</button> <button name="how" value="cancel">Avbryt</button>` +
      `<button name="how" value="weak">Kan inte</button></form>`,
  );

const answered = { cancel: "access_denied", weak: "unmet_authentication_requirements" };

const interact = async (request, response) => {
  const details = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    const asked = (details.params.acr_values ?? told.levels[0] ?? "").split(" ")[0];
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(form(details.uid, asked));
    return;
  }
  const body = [];
  for await (const part of request) body.push(part);
  const given = new URLSearchParams(Buffer.concat(body).toString());
  const result =
    given.get("how") === "in"
      ? { login: { accountId: given.get("person"), acr: given.get("level") || undefined } }
      : { error: answered[given.get("how")], error_description: "told by the person" };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
};

const callback = provider.callback();
server.on("request", (request, response) => {
  const work = request.url.startsWith("/interaction/") ? interact(request, response) : callback(request, response);
  Promise.resolve(work).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
});
console.log(JSON.stringify({ ready: true }));
