package dev.stoker.io.source.http;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.Percent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The links of a server's index page (nginx {@code autoindex}, Apache {@code mod_autoindex},
 * Python's {@code http.server}, Caddy) that lead one level down.
 *
 * @param files names of files
 * @param folders names of folders, without their slash
 */
record IndexPage(List<File> files, List<String> folders) {

  /**
   * @param name decoded
   * @param lengthBytes as nginx tells it behind the name, and others of small files; -1 where it is
   *     not told to the byte
   */
  record File(String name, long lengthBytes) {}

  /** No overflow, and no server holds an exabyte. */
  private static final int MAX_DIGITS = 18;

  static IndexPage parse(String html) {
    Map<String, File> files = new LinkedHashMap<>();
    Set<String> folders = new LinkedHashSet<>();
    int at = 0;
    while ((at = html.indexOf("href=\"", at)) >= 0) {
      int start = at + 6;
      int end = html.indexOf('"', start);
      if (end < 0) {
        break;
      }
      at = end;
      String link = html.substring(start, end).replace("&amp;", "&");
      if (link.startsWith("./")) {
        link = link.substring(2);
      }
      // Sorting links, parents, other hosts.
      if (link.isEmpty() || "?/#".indexOf(link.charAt(0)) >= 0 || link.contains("://")) {
        continue;
      }
      boolean folder = link.endsWith("/");
      String name = decode(folder ? link.substring(0, link.length() - 1) : link);
      if (!AssetPath.isName(name)) {
        continue;
      }
      if (folder) {
        folders.add(name);
      } else {
        files.put(name, new File(name, lengthBehind(html, end)));
      }
    }
    return new IndexPage(new ArrayList<>(files.values()), new ArrayList<>(folders));
  }

  /** The number that ends the line behind a link, as in "…</a> 22-Nov-2026 10:00 16384". */
  private static long lengthBehind(String html, int link) {
    int from = html.indexOf("</a>", link);
    if (from < 0) {
      return -1;
    }
    int end = from + 4;
    while (end < html.length() && html.charAt(end) != '\n' && html.charAt(end) != '<') {
      end++;
    }
    while (end > from && html.charAt(end - 1) <= ' ') {
      end--;
    }
    int start = end;
    long value = 0;
    long unit = 1;
    while (html.charAt(start - 1) >= '0' && html.charAt(start - 1) <= '9') {
      start--;
      value += unit * (html.charAt(start) - '0');
      unit *= 10;
    }
    boolean isNumber = start < end && end - start <= MAX_DIGITS && html.charAt(start - 1) == ' ';
    return isNumber ? value : -1;
  }

  private static String decode(String link) {
    int end = link.indexOf('?') >= 0 ? link.indexOf('?') : link.length();
    try {
      return Percent.decode(link.substring(0, end));
    } catch (IoFailure.Invalid e) {
      return "";
    }
  }
}
