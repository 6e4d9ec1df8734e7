/** Results as people and programs read them: table, JSON, CSV and figure. */
package org.spanmatch.cli.report;
