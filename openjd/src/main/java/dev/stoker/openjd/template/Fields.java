package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a map of the document.
 *
 * @param object null as a stand-in for what should have been a map
 */
record Fields(@Nullable ObjectNode object, Field owner) {
  /** Keys that belong to extensions not supported yet, so that the message can say so. */
  private static final Set<String> EXPR_KEYS = Set.of("let");

  private static final Set<String> WRAP_KEYS =
      Set.of("onWrapEnvEnter", "onWrapTaskRun", "onWrapEnvExit");

  void reportOtherThan(Set<String> known) {
    for (String key : names()) {
      if (!known.contains(key)) {
        owner.problem("The key '" + key + "' is not known here" + hint(key) + ".");
      }
    }
  }

  private static String hint(String key) {
    if (EXPR_KEYS.contains(key)) {
      return " (it needs the extension EXPR, which is not supported)";
    }
    return WRAP_KEYS.contains(key)
        ? " (it needs the extension WRAP_ACTIONS, which is not supported)"
        : "";
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    if (object != null) {
      object.fieldNames().forEachRemaining(names::add);
    }
    return names;
  }

  /**
   * The field under this key; not present where the key is missing or null. That null means "not
   * given" is the reference implementations' reading, which submitters rely on.
   */
  Field get(String key) {
    Field field = raw(key);
    return field.node() != null && field.node().isNull()
        ? new Field(null, field.path(), field.context())
        : field;
  }

  /** The field under this key; null is a value like others. */
  Field raw(String key) {
    String path = owner.path().isEmpty() ? key : owner.path() + " -> " + key;
    return new Field(object == null ? null : object.get(key), path, owner.context());
  }

  /** The field under this key; reports where the key is missing. */
  Field required(String key) {
    Field field = raw(key);
    if (object != null && !field.present()) {
      owner.problem("The key '" + key + "' is missing.");
    }
    return field;
  }

  /** The field under a key that belongs to an extension; reports where that is not requested. */
  Field extended(String key, Extension extension) {
    Field field = get(key);
    if (field.present() && !owner.context().has(extension)) {
      field.problem("The key '" + key + "' needs the extension " + extension + ".");
      return new Field(null, field.path(), field.context());
    }
    return field;
  }
}
