package dev.stoker.io.source.blob;

import dev.stoker.io.asset.IoFailure;
import java.util.ArrayList;
import java.util.List;

/**
 * One page of {@code List Blobs}.
 *
 * @param items in the service's order; folders, where one level was asked for, with a slash at the
 *     end of their names
 * @param nextMarker where the next page begins; empty at the end
 */
record ListingPage(List<BlobItem> items, String nextMarker) {

  static ListingPage parse(byte[] xml) {
    return new Reader(new XmlScanner(xml)).read();
  }

  /** Gathers the fields of one blob after another. */
  private static final class Reader {
    private final XmlScanner scanner;
    private final List<BlobItem> items = new ArrayList<>();
    private String nextMarker = "";
    private String name = "";
    private String etag = "";
    private String lastModified = "";
    private String contentMd5 = "";
    private long lengthBytes;
    private boolean folder;
    private boolean inBlob;
    private boolean inPrefix;

    Reader(XmlScanner scanner) {
      this.scanner = scanner;
    }

    ListingPage read() {
      boolean complete = false;
      while (true) {
        switch (scanner.next()) {
          case DONE -> {
            if (!complete) {
              throw new IoFailure.Corrupt("The account's listing breaks off.");
            }
            return new ListingPage(items, nextMarker);
          }
          case START -> start();
          case END -> {
            end();
            complete |= scanner.name().equals("EnumerationResults");
          }
        }
      }
    }

    private void start() {
      if (scanner.name().equals("BlobPrefix")) {
        inPrefix = true;
      } else if (scanner.name().equals("Blob")) {
        inBlob = true;
        name = "";
        etag = "";
        lastModified = "";
        contentMd5 = "";
        lengthBytes = 0;
        folder = false;
      }
    }

    private void end() {
      if (!inBlob) {
        endOutside();
        return;
      }
      switch (scanner.name()) {
        case "Blob" -> {
          inBlob = false;
          items.add(
              new BlobItem(
                  name,
                  etag,
                  lengthBytes,
                  lastModified,
                  contentMd5.isEmpty() ? null : contentMd5,
                  folder));
        }
        case "Name" -> name = scanner.text();
        case "Etag" -> etag = quoted(scanner.text());
        case "Last-Modified" -> lastModified = scanner.text();
        case "Content-Length" -> lengthBytes = length(scanner.text());
        case "Content-MD5" -> contentMd5 = scanner.text();
        // Hadoop's drivers and Storage Explorer mark folders so; accounts with a hierarchical
        // namespace say it outright.
        case "hdi_isfolder", "Hdi_isfolder" -> folder |= scanner.text().equalsIgnoreCase("true");
        case "ResourceType" -> folder |= scanner.text().equals("directory");
        default -> {
          // Of no use here.
        }
      }
    }

    private void endOutside() {
      switch (scanner.name()) {
        case "NextMarker" -> nextMarker = scanner.text();
        case "BlobPrefix" -> inPrefix = false;
        case "Name" -> {
          if (inPrefix) {
            items.add(new BlobItem(scanner.text(), "", 0, "", null, true));
          }
        }
        default -> {
          // Of no use here.
        }
      }
    }

    /** The listing leaves out the quotes that the header has. */
    private static String quoted(String etag) {
      return etag.startsWith("\"") ? etag : "\"" + etag + "\"";
    }

    private static long length(String text) {
      try {
        long length = Long.parseLong(text);
        if (length >= 0) {
          return length;
        }
      } catch (NumberFormatException e) {
        // As below.
      }
      throw new IoFailure.Corrupt("The account's listing holds a length that is not a number.");
    }
  }
}
