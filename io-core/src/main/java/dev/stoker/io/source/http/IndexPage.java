package dev.stoker.io.source.http;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.Percent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The links of a server's index page (nginx {@code autoindex}, Apache {@code mod_autoindex},
 * Python's {@code http.server}, Caddy) that lead one level down.
 *
 * @param files names of files
 * @param folders names of folders, without their slash
 */
record IndexPage(List<String> files, List<String> folders) {

  static IndexPage parse(String html) {
    Set<String> files = new LinkedHashSet<>();
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
      if (AssetPath.isName(name)) {
        (folder ? folders : files).add(name);
      }
    }
    return new IndexPage(new ArrayList<>(files), new ArrayList<>(folders));
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
