package dev.stoker.agent.cli;

import dev.stoker.openjd.template.Extension;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options that all {@code openjd} commands take. */
final class OpenjdOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "TEMPLATE", description = "The template file, YAML or JSON.")
  private @Nullable String path;

  @Option(
      names = "--output",
      paramLabel = "human-readable|json|yaml",
      defaultValue = "human-readable",
      description = "How the result is written (${DEFAULT-VALUE}).")
  private String output = "human-readable";

  @Option(
      names = "--extensions",
      paramLabel = "NAME,…",
      description = "The extensions that templates may ask for; all that are known by default.")
  private @Nullable String extensions;

  /** The template as it was named. */
  String template() {
    return Objects.requireNonNull(path);
  }

  Path templateFile(Context context) {
    return context.folder().resolve(template());
  }

  OpenjdResult.Format format(Context context) {
    if (context.json()) {
      return OpenjdResult.Format.JSON;
    }
    return choice("--output", output, OpenjdResult.Format.class);
  }

  /** The constant that is spelt with hyphens in small letters on the command line. */
  <E extends Enum<E>> E choice(String option, String text, Class<E> type) {
    List<String> words = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (word.equals(text)) {
        return constant;
      }
      words.add(word);
    }
    throw new ParameterException(
        spec.commandLine(),
        "'%s %s' is none of %s".formatted(option, text, String.join(", ", words)));
  }

  /**
   * @throws OpenjdResult.Failure naming what is no extension, or none of ours
   */
  Set<Extension> supported() {
    if (extensions == null) {
      return Extension.ALL;
    }
    Set<Extension> wanted = EnumSet.noneOf(Extension.class);
    List<String> unknown = new ArrayList<>();
    for (String part : extensions.split(",", -1)) {
      String name = part.strip().toUpperCase(Locale.ROOT);
      if (!name.isEmpty()) {
        Extension.ALL.stream()
            .filter(extension -> extension.name().equals(name))
            .findFirst()
            .ifPresentOrElse(wanted::add, () -> unknown.add(name));
      }
    }
    if (!unknown.isEmpty()) {
      throw new OpenjdResult.Failure(
          "ERROR: Unsupported Open Job Description extension(s): " + String.join(", ", unknown));
    }
    return wanted;
  }
}
