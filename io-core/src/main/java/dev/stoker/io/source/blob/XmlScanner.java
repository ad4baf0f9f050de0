package dev.stoker.io.source.blob;

import dev.stoker.io.asset.IoFailure;
import java.nio.charset.StandardCharsets;

/**
 * Walks through the XML that the Blob service writes: elements and text, without attributes'
 * values, entities of its own, DTDs or name spaces. A page of a listing is read in one pass, with
 * no class loaded but this one: the JDK's parser costs 60 ms before its first element, and more
 * than the transfer for each page.
 *
 * <p>Not thread-safe.
 */
final class XmlScanner {
  /** What the scanner stands behind. */
  enum Event {
    START,
    END,
    DONE
  }

  private final byte[] xml;
  private int at;
  private String name = "";
  private boolean endPending;
  private int textStart;
  private int textEnd;

  XmlScanner(byte[] xml) {
    this.xml = xml;
  }

  /** The element that the last event was about. */
  String name() {
    return name;
  }

  /**
   * Goes on to the next tag.
   *
   * @throws IoFailure.Corrupt when the text is not XML of this kind
   */
  Event next() {
    if (endPending) {
      endPending = false;
      textStart = at;
      textEnd = at;
      return Event.END;
    }
    while (true) {
      textStart = at;
      while (at < xml.length && xml[at] != '<') {
        at++;
      }
      textEnd = at;
      if (at == xml.length) {
        return Event.DONE;
      }
      at++;
      if (at < xml.length && xml[at] == '?') {
        skipPast('?');
      } else if (at < xml.length && xml[at] == '!') {
        throw corrupt("a declaration");
      } else {
        return tag();
      }
    }
  }

  /** The text before the tag that the last event was about, with its references resolved. */
  String text() {
    int ampersand = textStart;
    while (ampersand < textEnd && xml[ampersand] != '&') {
      ampersand++;
    }
    String raw = new String(xml, textStart, textEnd - textStart, StandardCharsets.UTF_8);
    return ampersand == textEnd ? raw : resolve(raw);
  }

  private Event tag() {
    boolean end = at < xml.length && xml[at] == '/';
    int start = end ? at + 1 : at;
    int stop = start;
    while (stop < xml.length && xml[stop] != '>' && xml[stop] != '/' && xml[stop] > ' ') {
      stop++;
    }
    if (stop == start) {
      throw corrupt("a tag without a name");
    }
    name = new String(xml, start, stop - start, StandardCharsets.UTF_8);
    at = stop;
    boolean quoted = false;
    byte quote = 0;
    while (at < xml.length && (quoted || xml[at] != '>')) {
      if (quoted) {
        quoted = xml[at] != quote;
      } else if (xml[at] == '"' || xml[at] == '\'') {
        quoted = true;
        quote = xml[at];
      }
      at++;
    }
    if (at == xml.length) {
      throw corrupt("an unfinished tag");
    }
    endPending = !end && xml[at - 1] == '/';
    at++;
    return end ? Event.END : Event.START;
  }

  private void skipPast(char mark) {
    at++;
    while (at + 1 < xml.length && !(xml[at] == mark && xml[at + 1] == '>')) {
      at++;
    }
    if (at + 1 >= xml.length) {
      throw corrupt("an unfinished instruction");
    }
    at += 2;
  }

  private static String resolve(String raw) {
    StringBuilder out = new StringBuilder(raw.length());
    int from = 0;
    while (true) {
      int ampersand = raw.indexOf('&', from);
      if (ampersand < 0) {
        return out.append(raw, from, raw.length()).toString();
      }
      int semicolon = raw.indexOf(';', ampersand);
      if (semicolon < 0) {
        throw corrupt("an unfinished reference");
      }
      out.append(raw, from, ampersand);
      String reference = raw.substring(ampersand + 1, semicolon);
      switch (reference) {
        case "amp" -> out.append('&');
        case "lt" -> out.append('<');
        case "gt" -> out.append('>');
        case "quot" -> out.append('"');
        case "apos" -> out.append('\'');
        default -> out.appendCodePoint(codePoint(reference));
      }
      from = semicolon + 1;
    }
  }

  private static int codePoint(String reference) {
    try {
      int point =
          reference.startsWith("#x")
              ? Integer.parseInt(reference, 2, reference.length(), 16)
              : Integer.parseInt(reference, 1, reference.length(), 10);
      if (reference.startsWith("#") && Character.isValidCodePoint(point)) {
        return point;
      }
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      // As below.
    }
    throw corrupt("the unknown reference &" + reference + ";");
  }

  private static IoFailure.Corrupt corrupt(String what) {
    return new IoFailure.Corrupt("Cannot understand the account's listing: it holds " + what + ".");
  }
}
