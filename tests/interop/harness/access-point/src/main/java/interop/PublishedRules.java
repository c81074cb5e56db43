package interop;

import com.helger.diver.api.coord.DVRCoordinate;
import com.helger.phive.api.execute.ValidationExecutionManager;
import com.helger.phive.api.executorset.IValidationExecutorSet;
import com.helger.phive.api.executorset.ValidationExecutorSetRegistry;
import com.helger.phive.api.validity.IValidityDeterminator;
import com.helger.phive.peppol.PeppolValidation;
import com.helger.phive.xml.source.IValidationSourceXML;
import com.helger.phive.xml.source.ValidationSourceXML;
import com.helger.xml.serialize.read.DOMReader;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What OpenPeppol's published rules say of documents, as phive runs them.
 *
 * <p>Each line on standard input is a rule set (group:artifact:version) and a file, a tab between. Each finding is a
 * line on standard output: the file, the severity, and the text, tabs between; then the file and "read".
 */
public final class PublishedRules {
    private PublishedRules() {}

    public static void main(final String[] args) throws Exception {
        final ValidationExecutorSetRegistry<IValidationSourceXML> registry = new ValidationExecutorSetRegistry<>();
        PeppolValidation.initStandard(registry);
        final BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            final String[] parts = line.split("\t");
            judge(registry, parts[0], Path.of(parts[1]));
        }
    }

    private static void judge(
            final ValidationExecutorSetRegistry<IValidationSourceXML> registry, final String rules, final Path file)
            throws Exception {
        final IValidationExecutorSet<IValidationSourceXML> set = registry.getOfID(DVRCoordinate.parseOrThrow(rules));
        if (set == null) {
            throw new IllegalArgumentException("no rules " + rules);
        }
        final var source = ValidationSourceXML.create(file.toString(), DOMReader.readXMLDOM(Files.readAllBytes(file)));
        final var layers =
                ValidationExecutionManager.executeValidation(IValidityDeterminator.createDefault(), set, source);
        layers.forEach(layer -> layer.getErrorList()
                .forEach(found -> System.out.println(file + "\t" + found.getErrorLevel().getID() + "\t"
                        + found.getAsString(Locale.ENGLISH).replaceAll("\\s+", " "))));
        System.out.println(file + "\tread");
    }
}
