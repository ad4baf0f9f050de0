package dev.stoker.controller.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The page's files, read once from the installation. Thread-safe. */
public final class PageFiles {
  /** The one that {@code /} answers with. */
  private static final String INDEX = "index.html";

  private static final String FOLDER = "/web/";

  private static final List<String> NAMES =
      List.of(
          INDEX,
          "style.css",
          "icon.svg",
          "app.js",
          "calls.js",
          "dom.js",
          "text.js",
          "chart.js",
          "grid.js",
          "minimap.js",
          "timeline.js",
          "log.js",
          "task.js",
          "overview.js",
          "jobs.js",
          "job.js",
          "nodes.js",
          "node.js",
          "topology.js",
          "signin.js");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /**
   * What a browser is told with every file: scripts and styles come from here only and none stands
   * in the HTML; nothing is asked of anybody else; nobody frames the page; text never becomes
   * markup.
   */
  public static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
              + " require-trusted-types-for 'script'; trusted-types 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Permissions-Policy",
          "camera=(), geolocation=(), microphone=()",
          // A new release's page at once; the ETag spares the rest.
          "Cache-Control",
          "no-cache");

  /**
   * A file.
   *
   * @param type its media type
   * @param etag quoted, as the header has it
   */
  @SuppressWarnings("ArrayRecordComponent") // shared and never changed
  public record PageFile(String type, String etag, byte[] bytes) {}

  private final Map<String, PageFile> files = new HashMap<>();

  /**
   * @throws IllegalStateException when the installation lacks one
   */
  public PageFiles() {
    for (String name : NAMES) {
      files.put(FOLDER + name, read(name));
    }
  }

  /** The file at a path of the URL. */
  public Optional<PageFile> find(String path) {
    return Optional.ofNullable(files.get(path.equals("/") ? FOLDER + INDEX : path));
  }

  private static PageFile read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The page's " + name + " is missing from this release.");
      }
      byte[] bytes = in.readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      if (type == null) {
        throw new IllegalStateException("The page's " + name + " has no media type.");
      }
      String etag = "\"" + HexFormat.of().formatHex(hash, 0, 12) + "\"";
      return new PageFile(type, etag, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
