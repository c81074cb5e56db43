package interop;

import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.json.JsonObject;
import com.helger.json.JsonValue;
import com.helger.phase4.peppol.Phase4PeppolSendingReport;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What phoss-ap offers its backend, over phase4: /api/outbound/submit/..., /submit-sbd and /status, /api/ops/inbound
 * and /api/inbound/report.
 *
 * <p>Written after the controllers and orchestrators of phoss-ap 0.12, which is not in Maven's registry. An instance
 * identifier that it holds twice is not found: it looks for exactly one.
 */
public final class PhossServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String SUBMIT = "/api/outbound/submit/";
    private static final String STATUS = "/api/outbound/status/";
    private static final String INBOUND = "/api/ops/inbound/";

    @Override
    protected void service(final HttpServletRequest request, final HttpServletResponse response) throws IOException {
        final String path = request.getRequestURI();
        if (!System.getProperty("interop.token").equals(request.getHeader("X-Token"))) {
            answer(response, 401, new JsonObject().add("error", "Invalid or missing API token").getAsJsonString());
        } else if (path.startsWith(SUBMIT)) {
            final String[] five = Sender.five(path, 4);
            final String instanceId = request.getParameter("sbdhInstanceID");
            submitted(response, PhossStore.submit(body(request), five, instanceId));
        } else if (path.equals("/api/outbound/submit-sbd")) {
            submitEnvelope(body(request), response);
        } else if (path.startsWith(STATUS)) {
            status(response, PhossStore.outbound(path.substring(STATUS.length())));
        } else if (path.equals(INBOUND + "history")) {
            history(request, response);
        } else if (path.startsWith(INBOUND) && path.endsWith("/payload")) {
            payload(response, path.substring(INBOUND.length(), path.length() - "/payload".length()));
        } else if (path.equals("/api/inbound/report")) {
            report(request, response);
        } else {
            response.setStatus(404);
        }
    }

    private static void submitEnvelope(final byte[] body, final HttpServletResponse response) throws IOException {
        final PhossStore.Submitted submitted = PhossStore.submit(body, null, null);
        if (submitted.report().hasSBDHParseException()) {
            answer(response, 400, JsonValue.create("Failed to submit outbound SBD transaction").getAsJsonString());
        } else {
            submitted(response, submitted);
        }
    }

    private static void submitted(final HttpServletResponse response, final PhossStore.Submitted submitted)
            throws IOException {
        final Phase4PeppolSendingReport report = submitted.report();
        answer(response, report.isOverallSuccess() ? 200 : 422, report.getAsJsonString());
    }

    private static void status(final HttpServletResponse response, final List<PhossStore.Outbound> found)
            throws IOException {
        if (found.size() != 1) {
            response.setStatus(404);
            return;
        }
        answer(response, 200, found.get(0).asJson().getAsJsonString());
    }

    private static void history(final HttpServletRequest request, final HttpServletResponse response)
            throws IOException {
        final JsonArray shown = new JsonArray();
        PhossStore.history(number(request, "offset", 0), number(request, "limit", 50))
                .forEach(each -> shown.add(each.asJson()));
        answer(response, 200, shown.getAsJsonString());
    }

    private static void payload(final HttpServletResponse response, final String instanceId) throws IOException {
        final List<PhossStore.Inbound> found = PhossStore.inbound(instanceId);
        if (found.size() != 1) {
            response.setStatus(404);
            return;
        }
        response.setContentType("application/octet-stream");
        response.getOutputStream().write(found.get(0).bytes());
    }

    private static void report(final HttpServletRequest request, final HttpServletResponse response)
            throws IOException {
        final List<PhossStore.Inbound> found = PhossStore.inbound(request.getParameter("sbdhInstanceID"));
        if (found.size() != 1) {
            response.setStatus(404);
        } else if (!found.get(0).reportCountry(request.getParameter("c4CountryCode"))) {
            response.setStatus(400);
        } else {
            final IJsonObject said = new JsonObject().add("status", "updated");
            answer(response, 200, said.getAsJsonString());
        }
    }

    private static byte[] body(final HttpServletRequest request) throws IOException {
        return request.getInputStream().readAllBytes();
    }

    private static int number(final HttpServletRequest request, final String name, final int unless) {
        final String given = request.getParameter(name);
        return given == null ? unless : Integer.parseInt(given);
    }

    private static void answer(final HttpServletResponse response, final int status, final String json)
            throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.getOutputStream().write(json.getBytes(StandardCharsets.UTF_8));
    }
}
