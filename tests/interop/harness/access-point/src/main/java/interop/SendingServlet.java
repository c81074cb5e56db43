package interop;

import com.helger.phase4.peppol.Phase4PeppolSendingReport;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What phase4-peppol-standalone offers its backend (its PeppolSenderController): POST /sendsbdh with an envelope, and
 * POST /sendas4/{sender}/{receiver}/{type}/{process}/{country} with a bare document.
 *
 * <p>The answer is phase4's report of the sending, with status 200 whatever came of it; 403 where X-Token is wrong and
 * 400 where it is missing.
 */
public final class SendingServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(final HttpServletRequest request, final HttpServletResponse response) throws IOException {
        final String token = request.getHeader("X-Token");
        if (!System.getProperty("interop.token").equals(token)) {
            response.sendError(token == null ? 400 : 403);
            return;
        }
        final byte[] body = request.getInputStream().readAllBytes();
        final Phase4PeppolSendingReport report = request.getServletPath().equals("/sendsbdh")
                ? Sender.sendEnvelope(body)
                : Sender.sendBare(body, Sender.five(request.getRequestURI(), 2), null);
        response.setContentType("application/json");
        response.getOutputStream().write(report.getAsJsonString().getBytes(StandardCharsets.UTF_8));
    }
}
