using System.Text;

namespace Cadre.Simulator.BuiltIn;

/// <summary>A command in backticks as a <c>run_command</c> call.</summary>
internal static class CommandLine
{
    private static readonly char[] ShellCharacters = ['|', '>', '<', '&', ';', '$', '*', '?', '(', ')', '~'];

    public static Intended Call(string command, int at)
    {
        var words = Split(command);
        return new("run_command", JsonText.Write(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("argv");
            foreach (var word in words)
            {
                json.WriteStringValue(word);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }), at, Alone: true);
    }

    /// <summary>Words as a shell would part them; a command that needs a shell becomes <c>sh -c</c>.</summary>
    public static IReadOnlyList<string> Split(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        var hasWord = false;
        foreach (var character in command.Trim())
        {
            if (quote == '\0' && ShellCharacters.Contains(character))
            {
                return ["sh", "-c", command.Trim()];
            }

            if (character == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && character is '"' or '\'')
            {
                quote = character;
                hasWord = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                if (hasWord)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                hasWord = false;
            }
            else
            {
                word.Append(character);
                hasWord = true;
            }
        }

        if (hasWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
