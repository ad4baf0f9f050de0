package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;

/**
 * Builds a document from YAML's events. Jackson's own YAML parser is not asked: it takes {@code
 * yes} for true and loses the anchors of scalars. SnakeYAML, which it builds on, reports the text
 * as it is.
 */
final class YamlDocument {
  private final Iterator<Event> events;
  private final NodeBudget budget = new NodeBudget();
  private final Map<String, Anchored> anchors = new HashMap<>();

  private record Anchored(JsonNode node, int size) {}

  private YamlDocument(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(TemplateReader.MAX_CHARACTERS);
    events = new Yaml(options).parse(new StringReader(text)).iterator();
  }

  static JsonNode read(String text) {
    try {
      return new YamlDocument(text).document();
    } catch (MarkedYAMLException e) {
      throw notYaml(
          String.valueOf(e.getProblem()),
          e.getProblemMark() == null ? "" : " in line " + (e.getProblemMark().getLine() + 1));
    } catch (YAMLException e) {
      throw notYaml(String.valueOf(e.getMessage()), "");
    }
  }

  private static TemplateException notYaml(String problem, String place) {
    return new TemplateException(
        "The template is not valid YAML: "
            + problem.lines().findFirst().orElse("").strip()
            + place
            + ".");
  }

  private JsonNode document() {
    next(); // the stream starts
    if (next().is(Event.ID.StreamEnd)) {
      throw new TemplateException("The template is empty.");
    }
    JsonNode root = node(next(), 0);
    next(); // the document ends
    Event event = next();
    if (!event.is(Event.ID.StreamEnd)) {
      throw new TemplateException(
          "The template has a second document in line " + line(event) + ".");
    }
    return root;
  }

  private JsonNode node(Event event, int depth) {
    if (event instanceof AliasEvent alias) {
      return target(alias);
    }
    int before = budget.used();
    budget.take(depth, line(event));
    JsonNode node =
        switch (event) {
          case MappingStartEvent start -> map(start, depth);
          case SequenceStartEvent start -> list(start, depth);
          case ScalarEvent scalar -> scalar(scalar);
          default ->
              throw new IllegalStateException("YAML has no value of the kind " + event + ".");
        };
    String anchor = ((NodeEvent) event).getAnchor();
    if (anchor != null) {
      anchors.put(anchor, new Anchored(node, budget.used() - before));
    }
    return node;
  }

  private JsonNode target(AliasEvent alias) {
    Anchored anchored = anchors.get(alias.getAnchor());
    if (anchored == null) {
      throw new TemplateException(
          "The template's alias '*"
              + alias.getAnchor()
              + "' in line "
              + line(alias)
              + " refers to no anchor that ends before it.");
    }
    budget.takeMore(anchored.size(), line(alias));
    return anchored.node();
  }

  private ObjectNode map(MappingStartEvent start, int depth) {
    refuseTag(start.getTag(), start);
    ObjectNode map = JsonNodeFactory.instance.objectNode();
    for (Event event = next(); !event.is(Event.ID.MappingEnd); event = next()) {
      if (!(event instanceof ScalarEvent key)) {
        throw new TemplateException(
            "The template has a key in line " + line(event) + " that is no plain text.");
      }
      refuseTag(key.getTag(), key);
      if (map.has(key.getValue())) {
        throw new TemplateException(
            "The template has the key '"
                + key.getValue()
                + "' twice, again in line "
                + line(key)
                + ".");
      }
      map.set(key.getValue(), node(next(), depth + 1));
    }
    return map;
  }

  private ArrayNode list(SequenceStartEvent start, int depth) {
    refuseTag(start.getTag(), start);
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Event event = next(); !event.is(Event.ID.SequenceEnd); event = next()) {
      list.add(node(event, depth + 1));
    }
    return list;
  }

  private static JsonNode scalar(ScalarEvent scalar) {
    refuseTag(scalar.getTag(), scalar);
    return scalar.isPlain()
        ? PlainScalar.node(scalar.getValue())
        : JsonNodeFactory.instance.textNode(scalar.getValue());
  }

  private static void refuseTag(@Nullable String tag, Event event) {
    // "!" alone says "not resolved", which quoted text is anyway
    if (tag != null && !tag.equals("!")) {
      throw new TemplateException(
          "The template has the tag '"
              + tag
              + "' in line "
              + line(event)
              + "; tags are not allowed.");
    }
  }

  private Event next() {
    return events.next();
  }

  private static int line(Event event) {
    return event.getStartMark().getLine() + 1;
  }
}
