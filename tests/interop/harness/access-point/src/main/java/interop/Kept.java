package interop;

import com.helger.json.serialize.JsonReader;
import com.helger.peppol.sbdh.PeppolSBDHData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the access point leaves what came in: posted to `interop.forward` as phoss-ap posts it, or laid in the folder
 * `interop.inbound` as Oxalis lays it, every message a file of its own however often it comes.
 */
final class Kept {
    private static final String FORWARD = System.getProperty("interop.forward", "");
    private static final String TOKEN = System.getProperty("interop.token");
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Kept() {}

    static void keep(final byte[] bytes, final PeppolSBDHData envelope) throws Exception {
        if (Boolean.getBoolean("interop.phoss")) {
            PhossStore.arrived(bytes, envelope);
        } else if (isForwarded()) {
            forward(bytes, envelope);
        } else {
            lay(bytes, envelope);
        }
    }

    static boolean isForwarded() {
        return !FORWARD.isEmpty();
    }

    private static void lay(final byte[] bytes, final PeppolSBDHData envelope) throws IOException {
        final Path folder = Path.of(
                System.getProperty("interop.inbound"),
                envelope.getReceiverValue().replace(':', '_'),
                envelope.getSenderValue().replace(':', '_'));
        Files.createDirectories(folder);
        final String name =
                "%s-%d-%d".formatted(envelope.getInstanceIdentifier(), System.nanoTime(), COUNT.incrementAndGet());
        Files.write(folder.resolve(name + ".doc.xml"), bytes);
        Files.writeString(folder.resolve(name + ".receipt.dat"), "");
    }

    /** Post the message; the receiver's country as the backend answers it. */
    static String forward(final byte[] bytes, final PeppolSBDHData envelope) throws Exception {
        final HttpRequest request = HttpRequest.newBuilder(URI.create(FORWARD))
                .header("Content-Type", "application/xml")
                .header("X-Token", TOKEN)
                .header("X-SBDH-Instance-ID", envelope.getInstanceIdentifier())
                .POST(BodyPublishers.ofByteArray(bytes))
                .build();
        final HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("the backend answered " + answer.statusCode());
        }
        return JsonReader.builder().source(answer.body()).readAsObject().getAsString("countryCodeC4");
    }
}
