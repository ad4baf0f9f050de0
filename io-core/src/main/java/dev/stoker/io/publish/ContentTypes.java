package dev.stoker.io.publish;

import java.util.Locale;
import java.util.Map;

/**
 * Media types by file extension, for what renderers write and people push. Browsers and the
 * service's portal go by them; nothing of ours does.
 */
public final class ContentTypes {
  /** What nobody has a name for (RFC 2046 §4.5.1). */
  public static final String UNKNOWN = "application/octet-stream";

  private static final Map<String, String> BY_EXTENSION =
      Map.ofEntries(
          Map.entry("avi", "video/x-msvideo"),
          Map.entry("bmp", "image/bmp"),
          Map.entry("csv", "text/csv"),
          Map.entry("dpx", "image/x-dpx"),
          Map.entry("exr", "image/x-exr"),
          Map.entry("gif", "image/gif"),
          Map.entry("gltf", "model/gltf+json"),
          Map.entry("gz", "application/gzip"),
          Map.entry("hdr", "image/vnd.radiance"),
          Map.entry("htm", "text/html"),
          Map.entry("html", "text/html"),
          Map.entry("jp2", "image/jp2"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("json", "application/json"),
          Map.entry("jxl", "image/jxl"),
          Map.entry("log", "text/plain"),
          Map.entry("mkv", "video/x-matroska"),
          Map.entry("mov", "video/quicktime"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("obj", "model/obj"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("png", "image/png"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("tga", "image/x-tga"),
          Map.entry("tif", "image/tiff"),
          Map.entry("tiff", "image/tiff"),
          Map.entry("txt", "text/plain"),
          Map.entry("wav", "audio/wav"),
          Map.entry("webm", "video/webm"),
          Map.entry("webp", "image/webp"),
          Map.entry("xml", "application/xml"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("yml", "application/yaml"),
          Map.entry("zip", "application/zip"));

  private ContentTypes() {}

  /** The media type of a file with this name. */
  public static String of(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return BY_EXTENSION.getOrDefault(extension, UNKNOWN);
  }
}
