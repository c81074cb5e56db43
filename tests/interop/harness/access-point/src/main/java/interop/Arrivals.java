package interop;

import com.helger.annotation.style.IsSPIImplementation;
import com.helger.base.state.ETriState;
import com.helger.collection.commons.ICommonsList;
import com.helger.http.header.HttpHeaderMap;
import com.helger.peppol.sbdh.PeppolSBDHData;
import com.helger.peppol.sbdh.PeppolSBDHDataReader;
import com.helger.peppol.security.PeppolTrustedCA;
import com.helger.peppol.sml.ESML;
import com.helger.peppolid.factory.PeppolIdentifierFactory;
import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.error.AS4ErrorList;
import com.helger.phase4.incoming.IAS4IncomingMessageMetadata;
import com.helger.phase4.incoming.IAS4IncomingMessageState;
import com.helger.phase4.incoming.spi.AS4MessageProcessorResult;
import com.helger.phase4.incoming.spi.AS4SignalMessageProcessorResult;
import com.helger.phase4.incoming.spi.IAS4IncomingMessageProcessorSPI;
import com.helger.phase4.model.error.EEbmsError;
import com.helger.phase4.model.pmode.IPMode;
import com.helger.phase4.peppol.Phase4PeppolSender;
import com.helger.smpclient.peppol.SMPClientReadOnly;
import com.helger.xsds.peppol.smp1.EndpointType;
import com.helger.peppol.smp.ESMPTransportProfile;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.OffsetDateTime;
import org.w3c.dom.Node;

/**
 * What becomes of an AS4 message once phase4 has decrypted it and verified its signature: the sender's certificate and
 * the envelope are checked, the register must send its receiver here, and then it is kept ({@link Kept}).
 *
 * <p>Every no is an AS4 error, in the words of phase4's own Peppol servlet, which Maven's registry did not have.
 */
@IsSPIImplementation
public final class Arrivals implements IAS4IncomingMessageProcessorSPI {
    /** Said of a receiver the register does not send here (Peppol AS4 profile 2.0.3, 4.4). */
    private static final String NOT_SERVICED = "PEPPOL:NOT_SERVICED";

    @Override
    public AS4MessageProcessorResult processAS4UserMessage(
            final IAS4IncomingMessageMetadata metadata,
            final HttpHeaderMap headers,
            final Ebms3UserMessage message,
            final IPMode mode,
            final Node payload,
            final ICommonsList<WSS4JAttachment> attachments,
            final IAS4IncomingMessageState state,
            final AS4ErrorList errors) {
        final String no = refusal(attachments, state);
        if (no == null) {
            return AS4MessageProcessorResult.createSuccess();
        }
        errors.add(EEbmsError.EBMS_OTHER
                .errorBuilder(state.getLocale())
                .refToMessageInError(state.getMessageID())
                .errorDetail(no)
                .build());
        return AS4MessageProcessorResult.createFailure();
    }

    /** Keep the message, or say why not; null where it is kept. */
    private static String refusal(
            final ICommonsList<WSS4JAttachment> attachments, final IAS4IncomingMessageState state) {
        final var checked = PeppolTrustedCA.peppolTestAP()
                .checkCertificate(state.getSigningCertificate(), OffsetDateTime.now(), ETriState.FALSE, null);
        if (checked.isInvalid()) {
            return "The received Peppol message is signed with a Peppol AP certificate invalid because of: "
                    + checked.getReason();
        }
        if (attachments == null || attachments.size() != 1) {
            return "In Peppol exactly one payload attachment is expected.";
        }
        final byte[] bytes;
        final PeppolSBDHData envelope;
        try (InputStream read = attachments.getFirstOrNull().getSourceStream()) {
            bytes = read.readAllBytes();
            envelope = new PeppolSBDHDataReader(PeppolIdentifierFactory.INSTANCE)
                    .extractData(new ByteArrayInputStream(bytes));
        } catch (final Exception unreadable) {
            return "Failed to extract the Peppol data from SBDH. Technical details: " + unreadable.getMessage();
        }
        try {
            if (!isServedHere(envelope)) {
                return NOT_SERVICED;
            }
            Kept.keep(bytes, envelope);
            return null;
        } catch (final Exception fault) {
            return "The incoming Peppol message could not be processed. Technical details: " + fault.getMessage();
        }
    }

    private static boolean isServedHere(final PeppolSBDHData envelope) throws Exception {
        final var register = new SMPClientReadOnly(
                Phase4PeppolSender.URL_PROVIDER, envelope.getReceiverAsIdentifier(), ESML.PEPPOL_TEST);
        final EndpointType endpoint = register.getEndpoint(
                envelope.getReceiverAsIdentifier(),
                envelope.getDocumentTypeAsIdentifier(),
                envelope.getProcessAsIdentifier(),
                ESMPTransportProfile.TRANSPORT_PROFILE_PEPPOL_AS4_V2);
        return endpoint != null
                && SMPClientReadOnly.getEndpointAddress(endpoint).equals(System.getProperty("phase4.endpoint.address"));
    }

    @Override
    public AS4SignalMessageProcessorResult processAS4SignalMessage(
            final IAS4IncomingMessageMetadata metadata,
            final HttpHeaderMap headers,
            final Ebms3SignalMessage message,
            final IPMode mode,
            final IAS4IncomingMessageState state,
            final AS4ErrorList errors) {
        throw new UnsupportedOperationException("Peppol sends no signal messages by themselves");
    }

    @Override
    public void processAS4ResponseMessage(
            final IAS4IncomingMessageMetadata metadata,
            final IAS4IncomingMessageState state,
            final String responseId,
            final byte[] response,
            final boolean available,
            final AS4ErrorList errors) {
        // Nothing: the sender has the answer.
    }
}
