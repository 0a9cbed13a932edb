using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cadre.Guard.Policies;

/// <summary>
/// Splits a command as a person types it into argv, for examples and explanations; nothing that is run passes through here.
/// Words are separated by blanks; '…' keeps everything, "…" everything but \" and \\, and outside quotes a backslash keeps the next character.
/// What only a shell could do (pipes, redirections, substitutions, several commands) is refused, for argv has no such thing.
/// </summary>
public static class CommandWords
{
    private const string ShellOnly = "|&;<>()$`\n";

    public static bool TrySplit(string text, out ImmutableArray<string> words, [NotNullWhen(false)] out string? error)
    {
        var split = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var inWord = false;
        words = [];
        error = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is ' ' or '\t')
            {
                if (inWord) split.Add(word.ToString());
                word.Clear();
                inWord = false;
                continue;
            }

            inWord = true;
            if (c is '\'' or '"')
            {
                i = Quoted(text, i, word);
                if (i < 0) error = $"the quote {c} is not closed";
            }
            else if (c == '\\')
            {
                if (++i < text.Length) word.Append(text[i]);
                else error = "nothing follows the last backslash";
            }
            else if (ShellOnly.Contains(c))
            {
                error = $"'{(c == '\n' ? "a line break" : c)}' needs a shell; commands are argv (quote it if it is meant as a character)";
            }
            else
            {
                word.Append(c);
            }

            if (error is not null) return false;
        }

        if (inWord) split.Add(word.ToString());
        words = split.ToImmutable();
        if (words.IsEmpty) error = "the command is empty";
        return error is null;
    }

    /// <returns>The position of the closing quote, -1 without one.</returns>
    private static int Quoted(string text, int start, StringBuilder word)
    {
        var quote = text[start];
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == quote) return i;
            if (quote == '"' && text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ('"' or '\\')) i++;
            word.Append(text[i]);
        }

        return -1;
    }
}
