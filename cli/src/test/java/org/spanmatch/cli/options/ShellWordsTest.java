package org.spanmatch.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisabledOnOs(OS.WINDOWS)
class ShellWordsTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "a/b-1.npz, a/b-1.npz",
        "Größe, Größe",
        "a b, 'a b'",
        "it's, 'it'\\''s'",
        "$HOME, '$HOME'",
        "~, '~'",
        "a=b, 'a=b'"
      })
  void quotesWhatAShellWouldChange(String word, String quoted) {
    assertEquals(quoted, ShellWords.quoted(word));
  }

  @Test
  void aFileIsNoOption() {
    assertEquals("./-x/a.npz", ShellWords.of(Path.of("-x", "a.npz")));
  }
}
