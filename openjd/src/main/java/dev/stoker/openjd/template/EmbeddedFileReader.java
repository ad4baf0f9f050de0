package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads the embedded files of a script. */
final class EmbeddedFileReader {
  private EmbeddedFileReader() {}

  private enum Type {
    TEXT
  }

  /** The names of a script's files, read leniently: needed before any file can be decoded. */
  static Set<String> names(Field script) {
    Set<String> names = new LinkedHashSet<>();
    JsonNode node = script.node();
    if (node != null) {
      node.path("embeddedFiles").forEach(file -> names.add(file.path("name").asText()));
    }
    return names;
  }

  static List<EmbeddedFile> read(Field files, Scope scope) {
    List<EmbeddedFile> read = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Field file : files.elements(Integer.MAX_VALUE)) {
      EmbeddedFile embedded = one(file, scope);
      if (!names.add(embedded.name())) {
        file.problem("An embedded file named '" + embedded.name() + "' is there already.");
      }
      read.add(embedded);
    }
    return read;
  }

  private static EmbeddedFile one(Field file, Scope scope) {
    Limits limits = file.context().limits();
    Fields fields = file.fields("name", "type", "filename", "runnable", "data", "endOfLine");
    fields.required("type").choice(Type.class);
    EndOfLine endOfLine =
        fields.extended("endOfLine", Extension.FEATURE_BUNDLE_1).optionalChoice(EndOfLine.class);
    return new EmbeddedFile(
        fields.required("name").text(TextRule.identifier(limits)),
        fields.get("filename").optionalText(TextRule.filename(limits)),
        fields.get("runnable").flag(),
        fields.required("data").format(scope, TextRule.NOT_EMPTY),
        endOfLine == null ? EndOfLine.AUTO : endOfLine);
  }
}
