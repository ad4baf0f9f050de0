/**
 * Azure Blob storage: accounts with their credentials, blobs as assets. {@link
 * dev.stoker.io.source.blob.BlobAccount} signs and sends what others (outputs, push) want to ask of
 * an account too. Every request carries the pinned version; no credential is ever printed, and a
 * token goes only to the account's own host, over https.
 */
@NullMarked
package dev.stoker.io.source.blob;

import org.jspecify.annotations.NullMarked;
