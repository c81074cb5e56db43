package interop;

import com.helger.peppol.sbdh.PeppolSBDHData;
import com.helger.peppol.sbdh.PeppolSBDHDataReadException;
import com.helger.peppol.sbdh.PeppolSBDHDataReader;
import com.helger.peppol.security.PeppolTrustedCA;
import com.helger.peppol.sml.ESML;
import com.helger.peppolid.IParticipantIdentifier;
import com.helger.peppolid.factory.IIdentifierFactory;
import com.helger.peppolid.factory.PeppolIdentifierFactory;
import com.helger.phase4.client.IAS4ClientBuildMessageCallback;
import com.helger.phase4.model.message.AS4UserMessage;
import com.helger.phase4.model.message.AbstractAS4Message;
import com.helger.phase4.peppol.Phase4PeppolSender;
import com.helger.phase4.peppol.Phase4PeppolSender.AbstractPeppolUserMessageBuilder;
import com.helger.phase4.peppol.Phase4PeppolSendingReport;
import com.helger.phase4.sender.EAS4UserMessageSendResult;
import com.helger.phase4.util.Phase4Exception;
import com.helger.smpclient.peppol.SMPClientReadOnly;
import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/** Sends messages by phase4's Peppol client, and reports of each as phase4's own programs report. */
final class Sender {
    private static final IIdentifierFactory IDENTIFIERS = PeppolIdentifierFactory.INSTANCE;
    private static final String SEAT = System.getProperty("interop.seat");

    private Sender() {}

    /** The five parts of an address of a bare document: sender, receiver, type, process, country of the sender. */
    static String[] five(final String path, final int before) {
        return Arrays.stream(path.split("/"))
                .skip(before)
                .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toArray(String[]::new);
    }

    /** Send a message with its envelope. */
    static Phase4PeppolSendingReport sendEnvelope(final byte[] body) {
        final Phase4PeppolSendingReport report = begun();
        final PeppolSBDHData envelope;
        try {
            envelope = new PeppolSBDHDataReader(IDENTIFIERS).extractData(new ByteArrayInputStream(body));
        } catch (final PeppolSBDHDataReadException unreadable) {
            report.setSBDHParseException(unreadable);
            return report;
        }
        report.setSenderID(envelope.getSenderAsIdentifier());
        report.setReceiverID(envelope.getReceiverAsIdentifier());
        report.setDocTypeID(envelope.getDocumentTypeAsIdentifier());
        report.setProcessID(envelope.getProcessAsIdentifier());
        report.setCountryC1(envelope.getCountryC1());
        report.setSBDHInstanceIdentifier(envelope.getInstanceIdentifier());
        return send(
                Phase4PeppolSender.sbdhBuilder().payloadAndMetadata(envelope),
                envelope.getReceiverAsIdentifier(),
                report);
    }

    /** Send a bare document in an envelope of phase4's, with this instance identifier or one of its own where null. */
    static Phase4PeppolSendingReport sendBare(final byte[] body, final String[] five, final String instanceId) {
        final Phase4PeppolSendingReport report = begun();
        final IParticipantIdentifier sender = IDENTIFIERS.parseParticipantIdentifier(five[0]);
        final IParticipantIdentifier receiver = IDENTIFIERS.parseParticipantIdentifier(five[1]);
        report.setSBDHInstanceIdentifier(instanceId);
        report.setSenderID(sender);
        report.setReceiverID(receiver);
        report.setDocTypeID(IDENTIFIERS.parseDocumentTypeIdentifier(five[2]));
        report.setProcessID(IDENTIFIERS.parseProcessIdentifier(five[3]));
        report.setCountryC1(five[4]);
        final var message = Phase4PeppolSender.builder()
                .senderParticipantID(sender)
                .receiverParticipantID(receiver)
                .documentTypeID(IDENTIFIERS.parseDocumentTypeIdentifier(five[2]))
                .processID(IDENTIFIERS.parseProcessIdentifier(five[3]))
                .countryC1(five[4])
                .sbdhInstanceIdentifier(instanceId)
                .payload(body)
                .sbdDocumentConsumer(made -> report.setSBDHInstanceIdentifier(
                        made.getStandardBusinessDocumentHeader().getDocumentIdentification().getInstanceIdentifier()));
        return send(message, receiver, report);
    }

    /** Look the receiver up, send, and note in the report how it went; nothing is thrown. */
    private static <T extends AbstractPeppolUserMessageBuilder<T>> Phase4PeppolSendingReport send(
            final T message, final IParticipantIdentifier receiver, final Phase4PeppolSendingReport report) {
        final AtomicReference<Exception> fault = new AtomicReference<>();
        EAS4UserMessageSendResult result = null;
        try {
            message.senderPartyID(SEAT)
                    .peppolAP_CAChecker(PeppolTrustedCA.peppolTestAP())
                    .smpClient(new SMPClientReadOnly(Phase4PeppolSender.URL_PROVIDER, receiver, ESML.PEPPOL_TEST))
                    .endpointURLConsumer(report::setC3EndpointURL)
                    .certificateConsumer((certificate, at, found) -> {
                        report.setC3Cert(certificate);
                        report.setC3CertCheckDT(at);
                        report.setC3CertCheckResult(found);
                    })
                    .buildMessageCallback(new IAS4ClientBuildMessageCallback() {
                        @Override
                        public void onAS4Message(final AbstractAS4Message<?> built) {
                            final var info = ((AS4UserMessage) built).getEbms3UserMessage().getMessageInfo();
                            report.setAS4MessageID(info.getMessageId());
                        }
                    })
                    .rawResponseConsumer(report::setRawHttpResponse)
                    .signalMsgConsumer((signal, metadata, state) -> report.setAS4ReceivedSignalMsg(signal));
            result = message.sendMessageAndCheckForReceipt((final Phase4Exception caught) -> fault.set(caught));
            report.setAS4SendingResult(result);
        } catch (final Exception caught) {
            fault.set(caught);
        }
        if (fault.get() != null) {
            report.setAS4SendingException(fault.get());
        }
        final boolean sent = result != null && result.isSuccess();
        report.setSendingSuccess(sent);
        report.setOverallSuccess(sent && fault.get() == null);
        return report;
    }

    private static Phase4PeppolSendingReport begun() {
        final Phase4PeppolSendingReport report = new Phase4PeppolSendingReport(ESML.PEPPOL_TEST);
        report.setSenderPartyID(SEAT);
        return report;
    }
}
