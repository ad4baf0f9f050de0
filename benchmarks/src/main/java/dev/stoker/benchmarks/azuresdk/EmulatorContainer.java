package dev.stoker.benchmarks.azuresdk;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** A container of an emulator, with what benchmarks need to know of it. */
public final class EmulatorContainer {
  private final BlobServiceClient service;
  private final BlobContainerClient container;

  /** Creates it. */
  public EmulatorContainer(String connectionString, String name) {
    this.service =
        new BlobServiceClientBuilder()
            .httpClient(new JdkHttpClientBuilder().build())
            .connectionString(connectionString)
            .buildClient();
    this.container = service.createBlobContainer(name);
  }

  /** A token for everything in the account, for a day; without a question mark. */
  public String sas() {
    return service.generateAccountSas(
        new AccountSasSignatureValues(
            OffsetDateTime.now(ZoneOffset.UTC).plusDays(1),
            AccountSasPermission.parse("rwdlac"),
            AccountSasService.parse("b"),
            AccountSasResourceType.parse("sco")));
  }

  /** Uploads a file whole, with the MD5 that the service then stores. */
  public void putWithMd5(String name, Path file) {
    container.getBlobClient(name).uploadFromFile(file.toString());
  }

  /** How long a blob is, and whether the service stores an MD5 of it. */
  public long lengthBytes(String name) {
    return container.getBlobClient(name).getProperties().getBlobSize();
  }

  public boolean hasMd5(String name) {
    return container.getBlobClient(name).getProperties().getContentMd5() != null;
  }

  public void delete(String name) {
    container.getBlobClient(name).deleteIfExists();
  }

  /** Copies a blob to a file, for comparing. */
  public void download(String name, Path file) {
    container.getBlobClient(name).downloadToFile(file.toString(), true);
  }
}
