package dev.stoker.agent.session;

import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.template.EmbeddedFile;
import dev.stoker.openjd.template.EndOfLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that a script carries (section 6), written anew before each of its actions.
 *
 * @param folder its own, below the session's
 * @param prefix {@code Env.File.} or {@code Task.File.}
 */
record EmbeddedFiles(
    SessionFolders folders, String folder, String prefix, List<EmbeddedFile> files) {

  /** Writes them; the result also knows where each lies, and so does every file's own text. */
  SymbolTable write(SymbolTable symbols) throws IOException {
    if (files.isEmpty()) {
      return symbols;
    }
    Path home = folders.files().resolve(folder);
    Files.createDirectories(home);
    Map<String, Value> places = new HashMap<>();
    for (EmbeddedFile file : files) {
      places.put(prefix + file.name(), new Value.PathText(place(home, file).toString()));
    }
    SymbolTable all = symbols.with(places);
    for (EmbeddedFile file : files) {
      folders.write(place(home, file), text(file, all), file.runnable());
    }
    return all;
  }

  private static Path place(Path home, EmbeddedFile file) {
    String filename = file.filename();
    return home.resolve(filename == null ? file.name() : filename);
  }

  private static String text(EmbeddedFile file, SymbolTable symbols) {
    String text = file.data().resolve(symbols);
    if (file.endOfLine() == EndOfLine.AUTO) {
      return text;
    }
    String plain = text.replace("\r\n", "\n");
    return file.endOfLine() == EndOfLine.CRLF ? plain.replace("\n", "\r\n") : plain;
  }
}
