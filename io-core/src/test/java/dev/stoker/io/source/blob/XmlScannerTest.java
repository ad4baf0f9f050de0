package dev.stoker.io.source.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stoker.io.asset.IoFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class XmlScannerTest {
  @Test
  void tagsAndTextsComeInTheirOrder() {
    assertEquals(
        List.of(
            "+List", "+Name", "-Name=a <ä> & 日本", "+Empty", "-Empty=", "+Nam", "-Nam=b", "-List="),
        events(
            """
            <?xml version="1.0" encoding="utf-8"?><List at='"x>' and=">'">\
            <Name>a &lt;ä&gt; &amp; &#x65e5;&#26412;</Name><Empty a="/>"/><Nam >b</Nam></List>\
            """));
  }

  @Test
  void namesThatLookAlikeAreToldApart() {
    List<String> expected = new ArrayList<>();
    StringBuilder xml = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      String name = "n" + i * 7919 % 1000 + "x";
      xml.append('<').append(name).append('>').append(i).append("</").append(name).append('>');
      expected.add("+" + name);
      expected.add("-" + name + "=" + i);
    }
    assertEquals(expected, events(xml.toString()));
  }

  @Test
  void whatBreaksOffIsNoXml() {
    for (String broken :
        List.of(
            "<", "</", "<a", "<a b=\">", "<a b='>", "<?xml", "<!DOCTYPE a>", "<>", "<a>&x;</a>")) {
      assertThrows(IoFailure.Corrupt.class, () -> events(broken), broken);
    }
  }

  /** Starts as {@code +name}, ends as {@code -name=text}. */
  private static List<String> events(String xml) {
    XmlScanner scanner = new XmlScanner(xml.getBytes(StandardCharsets.UTF_8));
    List<String> events = new ArrayList<>();
    while (true) {
      switch (scanner.next()) {
        case DONE -> {
          return events;
        }
        case START -> events.add("+" + scanner.name());
        case END -> events.add("-" + scanner.name() + "=" + scanner.text());
      }
    }
  }
}
