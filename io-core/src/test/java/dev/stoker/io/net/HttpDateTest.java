package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HttpDateTest {
  @Test
  void theFormThatServersSendIsReadAsTheFormatterReadsIt() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      Instant moment = Instant.ofEpochSecond(random.nextLong(0, 4_000_000_000L));
      String text =
          DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
              .format(moment.atOffset(ZoneOffset.UTC));
      assertEquals(text, HttpDate.format(moment));
      assertEquals(moment, HttpDate.parse(text), text);
    }
  }

  @Test
  void everyDayOfFourCenturiesIsRead() {
    DateTimeFormatter form = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy", Locale.US);
    for (LocalDate day = LocalDate.of(1840, 1, 1); day.getYear() < 2250; day = day.plusDays(1)) {
      String text = form.format(day) + " 23:59:59 GMT";
      Instant moment = day.atTime(23, 59, 59).toInstant(ZoneOffset.UTC);
      assertEquals(text, HttpDate.format(moment));
      assertEquals(moment, HttpDate.parse(text), text);
    }
  }

  @Test
  void aDayWithoutItsZeroIsReadToo() {
    assertEquals(
        Instant.parse("1994-11-06T08:49:37Z"), HttpDate.parse("Sun, 6 Nov 1994 08:49:37 GMT"));
  }

  @Test
  void whatIsNoDateIsNone() {
    assertNull(HttpDate.parse(""));
    assertNull(HttpDate.parse("yesterday"));
    assertNull(HttpDate.parse("Sun, 06 Nov 1994 08:49:3x GMT"));
    assertNull(HttpDate.parse("Sun, 06 Nov 1994 28:49:37 GMT"));
    assertNull(HttpDate.parse("Sun, 31 Feb 1994 08:49:37 GMT"));
    assertNull(HttpDate.parse("Wed, 29 Feb 2023 08:49:37 GMT"));
    assertNull(HttpDate.parse("Thu, 29 Feb 1900 08:49:37 GMT"));
    assertNull(HttpDate.parse("Tue, 00 Feb 2000 08:49:37 GMT"));
    assertNull(HttpDate.parse("Sun, 06 Nov 1994 08:60:37 GMT"));
    assertNull(HttpDate.parse("Sun, 06 Nov 1994 08:49:60 GMT"));
    assertNull(HttpDate.parse("Mon, 06 Nov 1994 08:49:37 GMT"), "it was a Sunday");
    assertNull(HttpDate.parse("Sun, 06 anF 1994 08:49:37 GMT"));
  }
}
