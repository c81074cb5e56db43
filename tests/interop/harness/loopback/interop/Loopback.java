package interop;

import java.net.InetSocketAddress;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;

/** A server on this machine alone, at the port of `interop.port`, or at a free one where that is 0. */
final class Loopback {
    private Loopback() {}

    /** The server with its port taken, so that what it serves may know its address. */
    static Server server() throws Exception {
        final Server server = new Server(new InetSocketAddress("127.0.0.1", Integer.getInteger("interop.port", 0)));
        ((NetworkConnector) server.getConnectors()[0]).open();
        return server;
    }

    static String addressOf(final Server server) {
        return "http://127.0.0.1:" + ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    }

    /** Serve until the process is ended; the address is printed when requests are answered. */
    static void run(final Server server) throws Exception {
        server.setStopAtShutdown(true);
        server.start();
        System.out.println(addressOf(server));
        server.join();
    }
}
