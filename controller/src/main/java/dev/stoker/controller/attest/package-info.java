/**
 * Whether Azure vouches for a machine: challenges, attested documents of the metadata service, and
 * the certificates that sign them. Entered through {@link
 * dev.stoker.controller.attest.AttestedMachines}; called by {@code api}. Invariant: a machine is
 * believed only what a certificate of Azure's metadata service signed in answer to a challenge of
 * ours.
 */
@NullMarked
package dev.stoker.controller.attest;

import org.jspecify.annotations.NullMarked;
