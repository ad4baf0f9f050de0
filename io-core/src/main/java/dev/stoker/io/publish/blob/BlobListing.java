package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.Percent;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * One page of List Blobs (https://learn.microsoft.com/rest/api/storageservices/list-blobs).
 *
 * @param blobs in the order of names
 * @param nextMarker where the next page begins; empty after the last
 */
record BlobListing(List<ListedBlob> blobs, String nextMarker) {
  /** Says that the name is percent-encoded; no element can have this name. */
  private static final String ENCODED = "@encoded";

  static BlobListing read(byte[] xml, BlobUri container) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader reader =
          factory.createXMLStreamReader(
              new ByteArrayInputStream(xml), StandardCharsets.UTF_8.name());
      return read(reader);
    } catch (XMLStreamException | NumberFormatException e) {
      throw new IoFailure.Corrupt(
          "Cannot list "
              + container
              + ": the account's answer is no listing ("
              + e.getMessage()
              + ").");
    }
  }

  private static BlobListing read(XMLStreamReader reader) throws XMLStreamException {
    List<ListedBlob> blobs = new ArrayList<>();
    String nextMarker = "";
    while (reader.hasNext()) {
      if (reader.next() == XMLStreamConstants.START_ELEMENT) {
        switch (reader.getLocalName()) {
          case "Blob" -> blobs.add(blob(reader));
          case "NextMarker" -> nextMarker = reader.getElementText();
          default -> {}
        }
      }
    }
    return new BlobListing(blobs, nextMarker);
  }

  /**
   * Name, properties and metadata of one {@code Blob} element as a flat map; they come in this
   * order, and the first of a name counts.
   */
  private static ListedBlob blob(XMLStreamReader reader) throws XMLStreamException {
    Map<String, String> fields = new HashMap<>();
    StringBuilder text = new StringBuilder();
    int depth = 1;
    while (depth > 0) {
      int event = reader.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        depth++;
        text.setLength(0);
        if ("true".equals(reader.getAttributeValue(null, "Encoded"))) {
          fields.put(ENCODED, "true");
        }
      } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
        text.append(reader.getText());
      } else if (event == XMLStreamConstants.END_ELEMENT) {
        depth--;
        fields.putIfAbsent(reader.getLocalName().toLowerCase(Locale.ROOT), text.toString());
        text.setLength(0);
      }
    }
    return blob(fields);
  }

  private static ListedBlob blob(Map<String, String> fields) {
    String name = fields.getOrDefault("name", "");
    String etag = fields.getOrDefault("etag", "");
    String md5 = fields.getOrDefault("content-md5", "");
    return new ListedBlob(
        // Names that XML cannot hold come percent-encoded.
        fields.containsKey(ENCODED) ? Percent.decode(name) : name,
        new BlobState(
            // A listing leaves the quotes out that the header has.
            etag.startsWith("\"") ? etag : "\"" + etag + "\"",
            Long.parseLong(fields.getOrDefault("content-length", "0")),
            md5.isEmpty() ? null : md5,
            new BlobMarks(
                fields.get(BlobMarks.FENCE),
                fields.get(BlobMarks.CHECKSUM),
                fields.get(BlobMarks.MODIFIED))));
  }
}
