package dev.stoker.agent.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.controller.protocol.Finish;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One kind of line and what it means. Named groups of the pattern, and the fields of a group {@code
 * json}, fill the {@code {placeholders}} of the texts.
 *
 * @param name what is missing, for the events that name something
 * @param text the message or detail
 * @param retry what another try is worth, for the events that say why something failed
 * @param fatal whether such a line ends the renderer
 */
record Rule(
    Event event,
    Pattern pattern,
    String name,
    String text,
    Finish.@Nullable Retry retry,
    boolean fatal) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

  /** What a line can mean. */
  enum Event {
    PROGRESS,
    SAVED,
    /** An input is missing. */
    MISSING,
    /** An input seems missing; counts where a frame is saved and no check followed. */
    SUSPECT,
    BAD,
    /** The start-up script looked at all inputs and found them. */
    CHECKED,
    /** No licence was to be had; counts where the renderer then fails or does nothing. */
    LICENCE,
    /** Memory, or that of a GPU, did not suffice; counts where the renderer fails. */
    MEMORY,
    /** The machine, its driver or its GPU is not well; counts where the renderer fails. */
    NODE,
    /** Why it will fail; counts where the renderer fails. */
    FAILURE,
    /** How much memory it took at most: the group {@code peak}, which other rules may have too. */
    PEAK;

    /** What such a line says of a failure; null for the other events. */
    Finish.@Nullable Cause cause() {
      return switch (this) {
        case LICENCE -> Finish.Cause.LICENCE_REFUSED;
        case MEMORY -> Finish.Cause.OUT_OF_MEMORY;
        case NODE -> Finish.Cause.NODE_FAULT;
        case FAILURE -> Finish.Cause.FAILED;
        case PROGRESS, SAVED, MISSING, SUSPECT, BAD, CHECKED, PEAK -> null;
      };
    }
  }

  /** What the line says, by group name; empty when it is not of this kind. */
  Optional<Map<String, String>> read(String line) {
    Matcher matcher = pattern.matcher(line);
    if (!matcher.find()) {
      return Optional.empty();
    }
    Map<String, String> values = new HashMap<>();
    for (String group : matcher.namedGroups().keySet()) {
      String value = matcher.group(group);
      if (value != null) {
        values.put(group, value);
      }
    }
    String json = values.remove("json");
    return json == null || addFields(json, values) ? Optional.of(values) : Optional.empty();
  }

  private static boolean addFields(String json, Map<String, String> values) {
    try {
      JsonNode fields = JSON.readTree(json);
      fields.properties().forEach(f -> values.put(f.getKey(), f.getValue().asText()));
      return true;
    } catch (JsonProcessingException e) {
      return false; // Two processes wrote over each other; the notes file has the line whole.
    }
  }

  static String fill(String template, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(m -> Matcher.quoteReplacement(values.getOrDefault(m.group(1), "?")));
  }
}
