package dev.stoker.controller.attest;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of Azure's machines may join without a token. One of a listed scale set or of a listed
 * subscription may; with neither listed, only one whose join token names its scale set.
 *
 * @param subscriptions ids, in lower case
 * @param scaleSets resource ids
 * @param roots certificates to trust in place of Azure's roots; null for those
 * @param intermediates certificates between signers and roots, beside those that are fetched
 * @param issuerHosts hosts that may be asked for certificates
 * @param resourceManager where Azure's resource manager answers
 * @param metadata where this machine's metadata service answers, which gives the identity
 * @param clientId which of several managed identities; null for the only one
 */
public record AzurePolicy(
    List<String> subscriptions,
    List<String> scaleSets,
    @Nullable Path roots,
    @Nullable Path intermediates,
    Set<String> issuerHosts,
    URI resourceManager,
    URI metadata,
    @Nullable String clientId) {
  /** Where Azure's certificates say that their issuers are (azure-ca-details, as above). */
  public static final Set<String> ISSUER_HOSTS =
      Set.of(
          "www.microsoft.com",
          "caissuers.microsoft.com",
          "cacerts.digicert.com",
          "cacerts.digicert.cn",
          "cacerts.geotrust.com");

  public static final URI RESOURCE_MANAGER = URI.create("https://management.azure.com");
  public static final URI METADATA = URI.create("http://169.254.169.254");

  public AzurePolicy {
    subscriptions = subscriptions.stream().map(id -> id.toLowerCase(Locale.ROOT)).toList();
    scaleSets = List.copyOf(scaleSets);
    issuerHosts = Set.copyOf(issuerHosts);
  }
}
