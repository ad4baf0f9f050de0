package dev.stoker.benchmarks.azuresdk;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.netty.NettyAsyncHttpClientBuilder;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobClientBuilder;
import com.azure.storage.blob.models.ParallelTransferOptions;
import com.azure.storage.blob.options.BlobDownloadToFileOptions;
import com.azure.storage.blob.options.BlobUploadFromFileOptions;
import java.net.URI;
import java.util.List;

/**
 * Moves one blob: {@code get|put URL FILE netty|jdk}. The URL's path is {@code
 * /ACCOUNT/CONTAINER/BLOB}; a SAS in it, or {@code AZURE_STORAGE_CONNECTION_STRING}, says who asks.
 */
public final class AzureSdkClient {
  /** As large as our own requests and those of the plain sockets. */
  private static final long PART_BYTES = 16L << 20;

  private static final int CONNECTIONS = 8;

  private AzureSdkClient() {}

  public static void main(String[] arguments) {
    URI url = URI.create(arguments[1]);
    String file = arguments[2];
    HttpClient http =
        arguments[3].equals("netty")
            ? new NettyAsyncHttpClientBuilder().build()
            : new JdkHttpClientBuilder().build();
    BlobClient blob = open(url, http);
    switch (arguments[0]) {
      case "get" ->
          blob.downloadToFileWithResponse(
              new BlobDownloadToFileOptions(file).setParallelTransferOptions(downloading()),
              null,
              null);
      case "put" ->
          blob.uploadFromFileWithResponse(
              new BlobUploadFromFileOptions(file).setParallelTransferOptions(uploading()),
              null,
              null);
      default -> throw new IllegalArgumentException("get or put, not " + arguments[0]);
    }
  }

  // The library has two classes of this name, and they are not related.
  private static com.azure.storage.common.ParallelTransferOptions downloading() {
    return new com.azure.storage.common.ParallelTransferOptions()
        .setBlockSizeLong(PART_BYTES)
        .setMaxConcurrency(CONNECTIONS);
  }

  private static ParallelTransferOptions uploading() {
    return new ParallelTransferOptions()
        .setBlockSizeLong(PART_BYTES)
        .setMaxConcurrency(CONNECTIONS)
        .setMaxSingleUploadSizeLong(PART_BYTES);
  }

  /** The library asks for ranges in a header of Azure's own, and names ETags without quotes. */
  private static HttpPipelinePolicy asPlainServersReadIt() {
    HttpHeaderName azures = HttpHeaderName.fromString("x-ms-range");
    return (context, next) -> {
      String range = context.getHttpRequest().getHeaders().getValue(azures);
      if (range != null) {
        context.getHttpRequest().setHeader(HttpHeaderName.RANGE, range);
      }
      String match = context.getHttpRequest().getHeaders().getValue(HttpHeaderName.IF_MATCH);
      if (match != null && !match.startsWith("\"")) {
        context.getHttpRequest().setHeader(HttpHeaderName.IF_MATCH, '"' + match + '"');
      }
      return next.process();
    };
  }

  private static BlobClient open(URI url, HttpClient http) {
    List<String> path = List.of(url.getPath().substring(1).split("/", 3));
    BlobClientBuilder builder =
        new BlobClientBuilder().httpClient(http).containerName(path.get(1)).blobName(path.get(2));
    String connection = System.getenv("AZURE_STORAGE_CONNECTION_STRING");
    if (connection != null) {
      return builder.connectionString(connection).buildClient();
    }
    builder
        .addPolicy(asPlainServersReadIt())
        .endpoint("http://" + url.getAuthority() + "/" + path.get(0));
    if (url.getRawQuery() != null) {
      builder.sasToken(url.getRawQuery());
    }
    return builder.buildClient();
  }
}
