/** Names and tables for display on a terminal. */
package org.spanmatch.report.text;
