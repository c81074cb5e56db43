package interop;

import com.helger.base.debug.GlobalDebug;
import com.helger.phase4.incoming.AS4ServerInitializer;
import com.helger.phase4.incoming.mgr.AS4ProfileSelector;
import com.helger.phase4.profile.peppol.AS4PeppolProfileRegistarSPI;
import com.helger.phase4.servlet.AS4Servlet;
import com.helger.photon.io.WebFileIO;
import com.helger.security.revocation.CertificateRevocationCheckerDefaults;
import com.helger.security.revocation.ERevocationCheckMode;
import com.helger.web.scope.mgr.WebScopeManager;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.File;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/**
 * An access point of phase4's own parts on this machine: AS4 comes in at /as4, and what is handed in goes
 * out, at /sendsbdh and /sendas4/... as in phase4-peppol-standalone, and at /api/... as in phoss-ap.
 *
 * <p>Which key it has, and where what comes in goes, are system properties; see tests/interop/network.py. The last
 * line on standard output at start is its address.
 */
public final class AccessPoint {
    private AccessPoint() {}

    public static void main(final String[] args) throws Exception {
        final Server server = Loopback.server();
        final ServletContextHandler context = new ServletContextHandler("/");
        context.addEventListener(new Started());
        context.addServlet(AS4Servlet.class, "/as4");
        context.addServlet(SendingServlet.class, "/sendsbdh");
        context.addServlet(SendingServlet.class, "/sendas4/*");
        context.addServlet(PhossServlet.class, "/api/*");
        server.setHandler(context);
        Loopback.run(server);
    }

    private static final class Started implements ServletContextListener {
        @Override
        public void contextInitialized(final ServletContextEvent event) {
            // Without this, phase4 takes no address that begins with http://.
            GlobalDebug.setDebugModeDirect(true);
            GlobalDebug.setProductionModeDirect(false);
            // The authority of the tests keeps no list of what it has withdrawn.
            CertificateRevocationCheckerDefaults.setRevocationCheckMode(ERevocationCheckMode.NONE);
            WebScopeManager.onGlobalBegin(event.getServletContext());
            final File data = new File(System.getProperty("interop.data"));
            WebFileIO.initPaths(data, data.getPath(), false);
            AS4ProfileSelector.setCustomDefaultAS4ProfileID(AS4PeppolProfileRegistarSPI.AS4_PROFILE_ID);
            AS4ServerInitializer.initAS4Server();
        }
    }
}
