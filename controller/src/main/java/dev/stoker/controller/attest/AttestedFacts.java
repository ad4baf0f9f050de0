package dev.stoker.controller.attest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What an attested document says
 * (learn.microsoft.com/azure/virtual-machines/instance-metadata-service#attested-data).
 *
 * @param nonce as it was asked with
 * @param vmId the machine, in lower case
 * @param subscriptionId whose it is, in lower case
 * @param createdMillis milliseconds since 1970
 * @param expiresMillis likewise
 */
record AttestedFacts(
    String nonce, String vmId, String subscriptionId, long createdMillis, long expiresMillis) {
  /** Azure's clocks and ours agree better than that. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  /** Azure's documents live six hours. */
  private static final Duration LONGEST_LIFE = Duration.ofDays(1);

  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  /** As in {@code 11/30/20 21:19:19 -0000}; it is always UTC. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("MM/dd/yy HH:mm:ss", Locale.ROOT);

  /**
   * @throws Refused when the text is none of Azure's documents
   */
  static AttestedFacts read(byte[] json) {
    try {
      JsonNode document = Wire.mapper().readTree(json);
      JsonNode times = document.path("timeStamp");
      return new AttestedFacts(
          document.path("nonce").asText(""),
          uuid(document, "vmId"),
          uuid(document, "subscriptionId"),
          time(times, "createdOn"),
          time(times, "expiresOn"));
    } catch (IOException e) {
      throw Refused.forged("The attested document is not JSON.");
    }
  }

  private static String uuid(JsonNode document, String field) {
    String value = document.path(field).asText("").toLowerCase(Locale.ROOT);
    if (!UUID.matcher(value).matches()) {
      throw Refused.forged(
          "The attested document's "
              + field
              + " is no UUID; the metadata service's API version must be 2019-11-01 or newer.");
    }
    return value;
  }

  private static long time(JsonNode times, String field) {
    String value = times.path(field).asText("");
    try {
      return LocalDateTime.parse(value.replaceFirst(" [+-]0000$", ""), TIME)
          .toInstant(ZoneOffset.UTC)
          .toEpochMilli();
    } catch (DateTimeException e) {
      throw Refused.forged("The attested document's " + field + " is no time.");
    }
  }

  /**
   * Whether this answers a challenge now.
   *
   * @throws Refused when it does not
   */
  void answers(Challenges.Challenge challenge, long nowMillis) {
    if (!nonce.equals(challenge.nonce())) {
      // The metadata service may also give a document that it made a moment ago for another nonce.
      throw Refused.stale(
          "The attested document has another nonce than the challenge; ask for a new document.");
    }
    if (expiresMillis - createdMillis > LONGEST_LIFE.toMillis()) {
      throw Refused.forged("The attested document lives longer than any of Azure's.");
    }
    if (nowMillis >= expiresMillis) {
      throw Refused.stale("The attested document expired; ask for a new one.");
    }
    boolean early = createdMillis > nowMillis + SKEW.toMillis();
    boolean late = createdMillis < challenge.issuedMillis() - SKEW.toMillis();
    if (early || late) {
      throw Refused.stale(
          "The attested document was not made after the challenge; check the controller's clock.");
    }
  }
}
