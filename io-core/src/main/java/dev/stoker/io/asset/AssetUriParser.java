package dev.stoker.io.asset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what people write as URIs (docs/uris.md). */
final class AssetUriParser {
  private static final Pattern SCHEME =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)", Pattern.DOTALL);

  /** Public, China and US Government clouds; a SAS pasted from a portal has one of them. */
  private static final Pattern BLOB_HOST =
      Pattern.compile(
          "([a-z0-9]{3,24})\\.blob\\.core\\.(windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net)");

  /** Storage account names: Azure naming rules; emulators keep them. */
  private static final Pattern ACCOUNT = Pattern.compile("[a-z0-9]{3,24}");

  /** Container names: Azure naming rules, and the three special ones. */
  private static final Pattern CONTAINER =
      Pattern.compile("[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}|\\$root|\\$web|\\$logs");

  private AssetUriParser() {}

  static AssetUri parse(String text) {
    if (text.isEmpty()) {
      throw new IoFailure.Invalid("An empty text is neither a URI nor a path.");
    }
    Matcher matcher = SCHEME.matcher(text);
    if (!matcher.matches()) {
      return localPath(text);
    }
    String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
    Parts parts = Parts.of(text, matcher.group(2));
    return switch (scheme) {
      case "file" -> file(text, parts);
      case "blob" -> blob(parts.shown(scheme), "blob", null, parts.authority, parts);
      case "blob+http", "blob+https" -> pathStyleBlob(scheme, parts);
      case "http", "https" -> http(scheme, parts);
      case "nfs", "avere" -> nfs(scheme, parts);
      default ->
          throw new IoFailure.Invalid(
              "'"
                  + parts.shown(scheme)
                  + "' has the scheme '"
                  + scheme
                  + "'; allowed are blob, blob+http, blob+https, nfs, avere, http, https, file, and plain paths.");
    };
  }

  private static AssetUri localPath(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IoFailure.Invalid("A path cannot hold a zero byte.");
    }
    FileUri uri = FileUri.of(Path.of(text));
    return new FileUri(uri.path(), text.endsWith("/"));
  }

  private static AssetUri file(String text, Parts parts) {
    if (!parts.authority.isEmpty() && !parts.authority.equals("localhost")) {
      throw new IoFailure.Invalid(
          "'"
              + text
              + "' names the host '"
              + parts.authority
              + "'; a file URI has none: file:///path.");
    }
    return new FileUri(assetPath(text, parts.path), parts.path.endsWith("/"));
  }

  private static AssetUri http(String scheme, Parts parts) {
    String host = parts.authority.toLowerCase(Locale.ROOT);
    Matcher blobHost = BLOB_HOST.matcher(host);
    if (scheme.equals("https") && blobHost.matches()) {
      return blob(parts.shown(scheme), "blob", null, blobHost.group(1), parts);
    }
    requireAuthority(parts.shown(scheme), parts.authority);
    return new HttpUri(
        scheme,
        host,
        assetPath(parts.shown(scheme), parts.path),
        parts.path.isEmpty() || parts.path.endsWith("/"),
        parts.query);
  }

  private static AssetUri nfs(String scheme, Parts parts) {
    String shown = parts.shown(scheme);
    try {
      return NfsUriParser.parse(shown, scheme, parts.authority, parts.path, parts.query);
    } catch (IllegalArgumentException e) {
      throw new IoFailure.Invalid("'" + shown + "' cannot be read: " + e.getMessage());
    }
  }

  private static AssetUri pathStyleBlob(String scheme, Parts parts) {
    requireAuthority(parts.shown(scheme), parts.authority);
    String rest = parts.path.startsWith("/") ? parts.path.substring(1) : parts.path;
    int slash = rest.indexOf('/');
    String account = slash < 0 ? rest : rest.substring(0, slash);
    Parts inner = new Parts(account, slash < 0 ? "" : rest.substring(slash), parts.query);
    return blob(
        parts.shown(scheme), scheme, parts.authority.toLowerCase(Locale.ROOT), account, inner);
  }

  private static AssetUri blob(
      String shown, String scheme, @Nullable String endpoint, String account, Parts parts) {
    if (!ACCOUNT.matcher(account).matches()) {
      throw new IoFailure.Invalid(
          "'"
              + shown
              + "' names the storage account '"
              + account
              + "'; allowed are 3 to 24 of a-z and 0-9.");
    }
    String rest = parts.path.startsWith("/") ? parts.path.substring(1) : parts.path;
    int slash = rest.indexOf('/');
    String container = Percent.decode(slash < 0 ? rest : rest.substring(0, slash));
    if (!CONTAINER.matcher(container).matches()) {
      throw new IoFailure.Invalid(
          "'"
              + shown
              + "' names the container '"
              + container
              + "'; allowed are 3 to 63 of a-z, 0-9 and single '-'.");
    }
    String path = slash < 0 ? "" : rest.substring(slash);
    AssetPath assetPath = assetPath(shown, path);
    List<String> sas = new ArrayList<>();
    String pin = null;
    for (String pair : parts.query == null ? new String[0] : parts.query.split("&")) {
      if (pair.startsWith("snapshot=") || pair.startsWith("versionid=")) {
        pin = pair;
      } else if (!pair.isEmpty()) {
        sas.add(pair);
      }
    }
    return new BlobUri(
        scheme,
        endpoint,
        account,
        container,
        assetPath,
        path.endsWith("/") || assetPath.isRoot(),
        sas.isEmpty() ? null : String.join("&", sas),
        pin);
  }

  private static AssetPath assetPath(String shown, String encoded) {
    try {
      return AssetPath.of(Percent.decode(encoded));
    } catch (IllegalArgumentException e) {
      throw new IoFailure.Invalid("'" + shown + "' cannot be read: " + e.getMessage());
    }
  }

  private static void requireAuthority(String shown, String authority) {
    if (authority.isEmpty() || authority.indexOf('@') >= 0) {
      throw new IoFailure.Invalid(
          "'"
              + shown
              + "' names no host, or a user with it; allowed is HOST or HOST:PORT after '//'.");
    }
  }

  /**
   * @param query null for none
   */
  private record Parts(String authority, String path, @Nullable String query) {

    static Parts of(String text, String afterScheme) {
      if (text.indexOf('\0') >= 0) {
        throw new IoFailure.Invalid("A URI cannot hold a zero byte.");
      }
      int fragment = afterScheme.indexOf('#');
      String rest = fragment < 0 ? afterScheme : afterScheme.substring(0, fragment);
      int question = rest.indexOf('?');
      String query = question < 0 ? null : rest.substring(question + 1);
      String before = question < 0 ? rest : rest.substring(0, question);
      int slash = before.indexOf('/');
      return slash < 0
          ? new Parts(before, "", query)
          : new Parts(before.substring(0, slash), before.substring(slash), query);
    }

    /** The URI without its query, which may hold a secret. */
    String shown(String scheme) {
      return scheme + "://" + authority + path;
    }
  }
}
