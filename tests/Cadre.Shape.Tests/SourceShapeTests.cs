using System.Text.RegularExpressions;

namespace Cadre.Shape.Tests;

public sealed partial class The_source
{
    private const int MaxLines = 450;
    private const int MaxParameters = 6;

    [Fact]
    public void Has_no_file_over_450_lines() => Empty(
        from folder in new[] { "src", "tests", "bench" }
        from file in Repository.Sources(folder)
        where file.Lines.Length > MaxLines
        select $"{file.Path} has {file.Lines.Length} lines: a seam is missing");

    [Fact]
    public void Has_no_constructor_over_6_parameters() => Empty(
        from file in Repository.Sources("src")
        from constructor in Constructors(file.Text)
        where constructor.Parameters > MaxParameters
        select $"{file.Path}: {constructor.Type} takes {constructor.Parameters} parameters: a type is missing");

    [Fact]
    public void Starts_processes_in_the_sandbox_only() => Empty(
        from file in Repository.Sources("src")
        where !file.Path.StartsWith("src/Cadre.Sandbox/", StringComparison.Ordinal)
        from line in file.Code
        where ProcessUse().IsMatch(line.Code)
        select $"{file.Path}:{line.Number}: {line.Code}");

    [Fact]
    public void Has_no_clock_randomness_or_environment_in_the_engine() => Empty(
        from file in Repository.Sources("src/Cadre.Engine")
        from line in file.Code
        where WorldUse().IsMatch(line.Code)
        select $"{file.Path}:{line.Number}: {line.Code}");

    [Fact]
    public void Has_no_unfinished_marks() => Empty(
        from folder in new[] { "src", "tests" }
        from file in Repository.Sources(folder)
        where !file.Path.StartsWith("tests/Cadre.Shape.Tests/", StringComparison.Ordinal)
        from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
        where UnfinishedMark().IsMatch(line.Text)
        select $"{file.Path}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Has_no_type_named_after_nothing() => Empty(
        from file in Repository.Sources("src")
        from line in file.Code
        let name = TypeName().Match(line.Code)
        where name.Success && EmptyName().IsMatch(name.Groups["name"].Value)
        select $"{file.Path}:{line.Number}: {name.Groups["name"].Value} does not say what it is");

    [Fact]
    public void Switches_a_warning_off_only_with_a_reason() => Empty(
        from file in Repository.Sources("src")
        from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
        where line.Text.Contains("#pragma warning disable", StringComparison.Ordinal) && !line.Text.Contains("//", StringComparison.Ordinal)
        select $"{file.Path}:{line.Number}");

    [Theory]
    [InlineData("internal sealed class Seven(int a, Func<int, int> b, (int, int) c, int d, int e, int f, int g)", 7)]
    [InlineData("public Seven(int a,\n int b, int c, int d, int e, int f, int g)", 7)]
    [InlineData("public sealed class None()", 0)]
    public void Is_counted_right(string text, int parameters) => Assert.Equal(parameters, Assert.Single(Constructors(text)).Parameters);

    private static IEnumerable<(string Type, int Parameters)> Constructors(string text)
    {
        foreach (Match match in ConstructorHead().Matches(text))
        {
            // A record is a list of facts, not of collaborators: its length is the length of the fact.
            if (match.Groups["record"].Success) continue;
            yield return (match.Groups["name"].Value, CountParameters(text, match.Index + match.Length));
        }
    }

    /// <summary>Parameters from just after an opening parenthesis to the one that closes it.</summary>
    private static int CountParameters(string text, int start)
    {
        var (depth, commas, any) = (1, 0, false);
        for (var i = start; i < text.Length && depth > 0; i++)
        {
            if (text[i] is '(' or '<' or '[' or '{') depth++;
            else if (text[i] is ')' or '>' or ']' or '}') depth--;
            else if (text[i] == ',' && depth == 1) commas++;
            any |= depth > 0 && !char.IsWhiteSpace(text[i]);
        }

        return any ? commas + 1 : 0;
    }

    private static void Empty(IEnumerable<string> faults) => Assert.Equal([], faults);

    [GeneratedRegex(@"\b(public|internal|private|protected)\s+((sealed|static|abstract|partial|readonly|unsafe|file)\s+)*((?<record>record\s+(class\s+|struct\s+)?)|class\s+|struct\s+)?(?<name>[A-Z]\w*)(<[^>]*>)?\(")]
    private static partial Regex ConstructorHead();

    [GeneratedRegex(@"\bProcessStartInfo\b|\bnew Process\b|\bProcess\.(Start|GetProcess)|System\.Diagnostics\.Process\b|""fork""|""execve""|""posix_spawn")]
    private static partial Regex ProcessUse();

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(Utc)?Now\b|TimeProvider\.System|\bnew Random\b|Random\.Shared|Guid\.NewGuid|RandomNumberGenerator|\bStopwatch\b|Environment\.(Tick|Get)|\bConsole\.")]
    private static partial Regex WorldUse();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException|Skip\s*=\s*""")]
    private static partial Regex UnfinishedMark();

    [GeneratedRegex(@"\b(class|record|struct|interface)\s+(class\s+|struct\s+)?(?<name>[A-Z]\w*)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(Manager|Helper|Helpers|Utils|Util|Service|Processor|Impl|Base|Misc|Common)$")]
    private static partial Regex EmptyName();
}
