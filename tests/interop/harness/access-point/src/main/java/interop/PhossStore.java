package interop;

import com.helger.json.IJsonObject;
import com.helger.json.JsonObject;
import com.helger.peppol.sbdh.PeppolSBDHData;
import com.helger.phase4.dynamicdiscovery.Phase4SMPException;
import com.helger.phase4.peppol.Phase4PeppolSendingReport;
import com.helger.smpclient.url.SMPDNSResolutionException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What phoss-ap keeps in its database, in memory: messages out, which it sends again by itself up to five times, and
 * messages in, every repeat a row of its own. Its waits are seconds here instead of minutes.
 */
final class PhossStore {
    private static final int ATTEMPTS_MOST = 5;
    private static final int RETRY_SECONDS = 15;
    private static final List<Outbound> OUT = new CopyOnWriteArrayList<>();
    private static final List<Inbound> IN = new CopyOnWriteArrayList<>();
    private static final ScheduledExecutorService AGAIN = Executors.newSingleThreadScheduledExecutor(made -> {
        final Thread thread = new Thread(made);
        thread.setDaemon(true);
        return thread;
    });

    private PhossStore() {}

    /** A message handed in, and phase4's report of its first attempt. */
    record Submitted(Outbound row, Phase4PeppolSendingReport report) {}

    /** Keep a message, send it, and go on by itself where that failed; `five` is null for one with its envelope. */
    static Submitted submit(final byte[] body, final String[] five, final String instanceId) {
        final String instance = five != null && instanceId == null ? UUID.randomUUID().toString() : instanceId;
        final Outbound row = new Outbound(body, five, instance);
        final Phase4PeppolSendingReport report = row.send();
        if (!report.hasSBDHParseException()) {
            OUT.add(row);
        }
        return new Submitted(row, report);
    }

    static List<Outbound> outbound(final String instanceId) {
        return OUT.stream().filter(each -> instanceId.equals(each.instanceId)).toList();
    }

    /** Keep what came in, and forward it where that is set; the sender has its receipt whatever comes of that. */
    static void arrived(final byte[] bytes, final PeppolSBDHData envelope) {
        final Inbound row = new Inbound(bytes, envelope.getInstanceIdentifier(), envelope);
        IN.add(row);
        if (Kept.isForwarded()) {
            row.forward(1);
        }
    }

    static List<Inbound> inbound(final String instanceId) {
        return IN.stream().filter(each -> each.instanceId.equals(instanceId)).toList();
    }

    /** The newest first. */
    static List<Inbound> history(final int offset, final int limit) {
        final List<Inbound> newest = new ArrayList<>(IN);
        Collections.reverse(newest);
        return newest.stream().skip(offset).limit(limit).toList();
    }

    private static String now() {
        return OffsetDateTime.now(ZoneOffset.UTC).toString();
    }

    /** A message out. */
    static final class Outbound {
        private final byte[] body;
        private final String[] five;
        private final String createdAt = now();
        private volatile String instanceId;
        private volatile String status = "pending";
        private volatile int attempts;
        private volatile String error;
        private volatile String completedAt;

        Outbound(final byte[] body, final String[] five, final String instanceId) {
            this.body = body;
            this.five = five;
            this.instanceId = instanceId;
        }

        Phase4PeppolSendingReport send() {
            status = "sending";
            attempts++;
            final Phase4PeppolSendingReport report =
                    five == null ? Sender.sendEnvelope(body) : Sender.sendBare(body, five, instanceId);
            instanceId = report.getSBDHInstanceIdentifier();
            if (report.isOverallSuccess()) {
                status = "sent";
                completedAt = now();
            } else if (isUnknownReceiver(report)) {
                status = "permanently_failed";
                error = message(report);
            } else {
                status = attempts < ATTEMPTS_MOST ? "failed" : "permanently_failed";
                error = message(report);
            }
            if (status.equals("failed")) {
                AGAIN.schedule(this::send, RETRY_SECONDS, TimeUnit.SECONDS);
            }
            return report;
        }

        /** The locator or the register says that there is nobody: phoss-ap gives such a message up at once. */
        private static boolean isUnknownReceiver(final Phase4PeppolSendingReport report) {
            final Exception fault = report.getAS4SendingException();
            return fault instanceof SMPDNSResolutionException
                    || fault instanceof Phase4SMPException register && !register.isRetryFeasible();
        }

        private static String message(final Phase4PeppolSendingReport report) {
            return report.hasAS4SendingException()
                    ? report.getAS4SendingException().getMessage()
                    : "Error in AS4 sending with result code " + report.getAS4SendingResult();
        }

        IJsonObject asJson() {
            return new JsonObject()
                    .add("transactionType", "business_document")
                    .add("sbdhInstanceID", instanceId)
                    .add("status", status)
                    .add("attemptCount", attempts)
                    .add("createdDT", createdAt)
                    .add("completedDT", completedAt)
                    .add("errorDetails", error)
                    .add("mlsStatus", "pending");
        }
    }

    /** A message in. */
    static final class Inbound {
        private final byte[] bytes;
        private final String instanceId;
        private final PeppolSBDHData envelope;
        private final String receivedAt = now();
        private volatile String status = "received";
        private String country;

        Inbound(final byte[] bytes, final String instanceId, final PeppolSBDHData envelope) {
            this.bytes = bytes;
            this.instanceId = instanceId;
            this.envelope = envelope;
        }

        byte[] bytes() {
            return bytes;
        }

        /** Note the receiver's country; false where it is known already. */
        synchronized boolean reportCountry(final String given) {
            final boolean first = country == null;
            country = first ? given : country;
            return first;
        }

        private void forward(final int attempt) {
            try {
                reportCountry(Kept.forward(bytes, envelope));
                status = "forwarded";
            } catch (final Exception fault) {
                status = attempt < ATTEMPTS_MOST ? "forward_failed" : "permanently_failed";
                if (attempt < ATTEMPTS_MOST) {
                    AGAIN.schedule(() -> forward(attempt + 1), RETRY_SECONDS, TimeUnit.SECONDS);
                }
            }
        }

        synchronized IJsonObject asJson() {
            return new JsonObject()
                    .add("sbdhInstanceID", instanceId)
                    .add("status", status)
                    .add("receivedDT", receivedAt)
                    .add("c4CountryCode", country);
        }
    }
}
