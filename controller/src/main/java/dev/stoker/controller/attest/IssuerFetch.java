package dev.stoker.controller.attest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/**
 * Fetches the issuer of a certificate from where it says (authority information access). The
 * certificate is a stranger's until its path is complete, so only listed hosts are asked, within
 * bounds, and no redirect is followed. Thread-safe.
 */
final class IssuerFetch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(IssuerFetch.class.getName());

  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int LARGEST_BYTES = 64 << 10;
  private static final int REMEMBERED = 64;

  private final Set<String> hosts;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  // Guarded by itself.
  private final Map<URI, X509Certificate> fetched =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<URI, X509Certificate> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * @param hosts the only ones that are asked: names, with {@code :PORT} where it is not the
   *     scheme's
   */
  IssuerFetch(Set<String> hosts) {
    this.hosts = Set.copyOf(hosts);
  }

  Optional<X509Certificate> issuerOf(X509Certificate certificate) {
    return places(certificate)
        .filter(this::mayBeAsked)
        .map(this::fetch)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Stream<URI> places(X509Certificate certificate) {
    try {
      AuthorityInformationAccess access =
          AuthorityInformationAccess.fromExtensions(
              new JcaX509CertificateHolder(certificate).getExtensions());
      return access == null
          ? Stream.empty()
          : Arrays.stream(access.getAccessDescriptions())
              .filter(each -> each.getAccessMethod().equals(AccessDescription.id_ad_caIssuers))
              .map(AccessDescription::getAccessLocation)
              .filter(name -> name.getTagNo() == GeneralName.uniformResourceIdentifier)
              .limit(2)
              .flatMap(name -> uri(name.getName().toString()));
    } catch (CertificateException | IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  private static Stream<URI> uri(String text) {
    try {
      return Stream.of(URI.create(text));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  private boolean mayBeAsked(URI place) {
    boolean web = "http".equals(place.getScheme()) || "https".equals(place.getScheme());
    return web
        && place.getAuthority() != null
        && hosts.contains(place.getAuthority().toLowerCase(Locale.ROOT));
  }

  private Optional<X509Certificate> fetch(URI place) {
    synchronized (fetched) {
      X509Certificate known = fetched.get(place);
      if (known != null) {
        return Optional.of(known);
      }
    }
    try {
      HttpRequest request = HttpRequest.newBuilder(place).timeout(ANSWER).build();
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        byte[] bytes = body.readNBytes(LARGEST_BYTES + 1);
        if (response.statusCode() != 200 || bytes.length > LARGEST_BYTES) {
          throw new IOException("it answered " + response.statusCode());
        }
        var made =
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bytes));
        synchronized (fetched) {
          fetched.put(place, made);
        }
        return Optional.of(made);
      }
    } catch (IOException | CertificateException e) {
      LOG.log(Level.WARNING, "Cannot fetch the certificate at {0}: {1}", place, e.getMessage());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
