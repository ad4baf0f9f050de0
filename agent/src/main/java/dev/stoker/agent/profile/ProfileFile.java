package dev.stoker.agent.profile;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.stoker.controller.protocol.Finish;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads one profile and refuses it when a pattern does not match the line that it cites. */
final class ProfileFile {
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private ProfileFile() {}

  /** Where a profile's files come from: the jar, or a studio's folder. */
  interface Files {
    byte[] read(String relativePath) throws IOException;
  }

  private record Document(
      @JsonProperty(required = true) String name,
      @Nullable CitedPattern banner,
      @Nullable Boolean everywhere,
      @Nullable List<String> files,
      @Nullable String notes,
      @Nullable Map<String, String> environment,
      @Nullable String unchecked,
      @Nullable Integer wraps,
      @Nullable List<CitedExit> exits,
      @Nullable List<CitedProbe> probes,
      @JsonProperty(required = true) List<CitedRule> rules) {}

  /**
   * @param source where it is written that the code means that
   */
  private record CitedExit(
      @JsonProperty(required = true) int code,
      @JsonProperty(required = true) String event,
      @JsonProperty(required = true) String message,
      @JsonProperty(required = true) String source,
      @Nullable String retry) {}

  /**
   * @param glob over {@code LOCATION/path}, as {@link java.nio.file.FileSystem#getPathMatcher} has
   *     it
   * @param seen a name that it was seen to look for
   */
  private record CitedProbe(
      @JsonProperty(required = true) String glob, @JsonProperty(required = true) String seen) {}

  private record CitedPattern(
      @JsonProperty(required = true) String pattern, @JsonProperty(required = true) String line) {}

  private record CitedRule(
      @JsonProperty(required = true) String event,
      @JsonProperty(required = true) String pattern,
      @JsonProperty(required = true) String line,
      @Nullable String name,
      @Nullable String message,
      @Nullable String detail,
      @Nullable String retry,
      @Nullable Boolean fatal) {}

  /**
   * @param file name of the YAML file among {@code files}; the profile's start-up files lie in a
   *     folder beside it, named like the profile
   */
  static RendererProfile read(String file, Files files) {
    try {
      Document document = YAML.readValue(files.read(file), Document.class);
      Map<String, byte[]> startup = new HashMap<>();
      for (String path : orEmpty(document.files())) {
        startup.put(path, files.read(document.name() + "/" + path));
      }
      return new RendererProfile(
          document.name(),
          banner(file, document.banner()),
          document.banner() == null || Boolean.TRUE.equals(document.everywhere()),
          document.wraps() == null ? 0 : document.wraps(),
          document.unchecked(),
          document.rules().stream().map(rule -> rule(file, rule)).toList(),
          startup,
          document.notes(),
          document.environment() == null ? Map.of() : document.environment(),
          exits(file, orEmpty(document.exits())),
          document.probes() == null
              ? null
              : document.probes().stream().map(probe -> probe(file, probe)).toList());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "Cannot read the renderer profile " + file + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot read the renderer profile " + file + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable Pattern banner(String file, @Nullable CitedPattern cited) {
    return cited == null ? null : compile(file, cited.pattern(), cited.line());
  }

  private static PathMatcher probe(String file, CitedProbe cited) {
    try {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + cited.glob());
      if (matcher.matches(Path.of(cited.seen()))) {
        return matcher;
      }
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "The renderer profile %s has a broken glob: %s".formatted(file, e.getMessage()), e);
    }
    throw new IllegalArgumentException(
        "In the renderer profile %s the glob %s does not match the name it cites: %s"
            .formatted(file, cited.glob(), cited.seen()));
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static <E extends Enum<E>> E word(String file, String key, Class<E> all, String word) {
    try {
      return Enum.valueOf(all, word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The renderer profile %s knows no %s '%s'.".formatted(file, key, word), e);
    }
  }

  private static Map<Integer, RendererEvent.Trouble> exits(String file, List<CitedExit> cited) {
    Map<Integer, RendererEvent.Trouble> exits = new HashMap<>();
    for (CitedExit exit : cited) {
      Finish.Cause cause = word(file, "event", Rule.Event.class, exit.event()).cause();
      if (cause == null) {
        throw new IllegalArgumentException(
            "In the renderer profile %s no exit code can mean '%s'; say licence, memory, node or failure."
                .formatted(file, exit.event()));
      }
      exits.put(
          exit.code(),
          new RendererEvent.Trouble(
              cause,
              exit.message(),
              exit.retry() == null ? null : word(file, "retry", Finish.Retry.class, exit.retry()),
              false));
    }
    return exits;
  }

  private static Rule rule(String file, CitedRule cited) {
    Rule.Event event = word(file, "event", Rule.Event.class, cited.event());
    String text = cited.message() == null ? cited.detail() : cited.message();
    Rule rule =
        new Rule(
            event,
            compile(file, cited.pattern(), cited.line()),
            cited.name() == null ? "" : cited.name(),
            text == null ? "" : text,
            cited.retry() == null ? null : word(file, "retry", Finish.Retry.class, cited.retry()),
            Boolean.TRUE.equals(cited.fatal()));
    if (rule.read(cited.line().strip()).isEmpty()) {
      throw new IllegalArgumentException(
          "The renderer profile %s cites a line with broken JSON: %s"
              .formatted(file, cited.line()));
    }
    return rule;
  }

  private static Pattern compile(String file, String pattern, String line) {
    try {
      Pattern compiled = Pattern.compile(pattern);
      if (compiled.matcher(line.strip()).find()) {
        return compiled;
      }
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "The renderer profile %s has a broken pattern: %s".formatted(file, e.getMessage()), e);
    }
    throw new IllegalArgumentException(
        "In the renderer profile %s the pattern %s does not match the line it cites: %s"
            .formatted(file, pattern, line));
  }
}
