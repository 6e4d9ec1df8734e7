package org.spanmatch.report.page;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.Locale;

/** Escapes what could end the script element that JSON stands in, or a line within a script. */
final class ScriptSafe extends CharacterEscapes {
  private static final long serialVersionUID = 1L;
  private static final char LINE_SEPARATOR = '\u2028';
  private static final char PARAGRAPH_SEPARATOR = '\u2029';

  private final int[] ascii = standardAsciiEscapesForJSON();

  ScriptSafe() {
    for (char escaped : new char[] {'<', '>', '&'}) {
      ascii[escaped] = ESCAPE_STANDARD;
    }
  }

  @Override
  public int[] getEscapeCodesForAscii() {
    return ascii.clone();
  }

  @Override
  public SerializableString getEscapeSequence(int character) {
    return character == LINE_SEPARATOR || character == PARAGRAPH_SEPARATOR
        ? new SerializedString(String.format(Locale.ROOT, "\\u%04X", character))
        : null;
  }
}
