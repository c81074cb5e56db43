package interop;

import com.helger.phoss.smp.rest.SMPRestFilter;
import com.helger.phoss.smp.servlet.SMPWebAppListener;
import jakarta.servlet.DispatcherType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.DefaultServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/**
 * phoss-smp's REST interface, where participants are registered and asked about; its settings are system properties.
 *
 * <p>Its pages are left out: the published jars hold the classes, and the war around them is not published.
 */
public final class Register {
    private Register() {}

    public static void main(final String[] args) throws Exception {
        final Server server = Loopback.server();
        final ServletContextHandler register = new ServletContextHandler("/");
        register.setBaseResourceAsPath(Files.createDirectories(Path.of(System.getProperty("webapp.datapath"))));
        register.addEventListener(new SMPWebAppListener());
        register.addFilter(SMPRestFilter.class, "/*", EnumSet.of(DispatcherType.REQUEST));
        register.addServlet(DefaultServlet.class, "/");
        server.setHandler(register);
        Loopback.run(server);
    }
}
