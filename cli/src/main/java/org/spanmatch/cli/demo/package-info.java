/** The demo's networks: small, trained in plain Java on handwritten digits, reproducible. */
package org.spanmatch.cli.demo;
