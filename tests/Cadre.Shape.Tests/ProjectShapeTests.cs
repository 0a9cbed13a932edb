using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Cadre.Shape.Tests;

public sealed partial class The_projects
{
    /// <summary>What each project may know of. An arrow that is not here points the wrong way.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Cadre.Engine"] = [],
        ["Cadre.Wire"] = [],
        ["Cadre.Simulator"] = [],
        ["Cadre.Models"] = ["Cadre.Engine", "Cadre.Wire"],
        ["Cadre.Sandbox"] = ["Cadre.Engine"],
        ["Cadre.Storage"] = ["Cadre.Engine"],
        ["Cadre.Guard"] = ["Cadre.Engine", "Cadre.Storage"],
        ["Cadre.Knowledge"] = ["Cadre.Engine", "Cadre.Storage"],
        ["Cadre.Tools"] = ["Cadre.Engine"],
        ["Cadre.Server"] = ["Cadre.Engine", "Cadre.Knowledge", "Cadre.Models", "Cadre.Storage", "Cadre.Tools", "Cadre.Wire"],
        ["Cadre.Cli"] =
        [
            "Cadre.Engine", "Cadre.Guard", "Cadre.Knowledge", "Cadre.Models", "Cadre.Sandbox", "Cadre.Server", "Cadre.Simulator", "Cadre.Storage", "Cadre.Tools", "Cadre.Wire",
        ],
    };

    private static readonly string[] EnginePackages = ["Microsoft.Extensions.Logging.Abstractions"];

    public static TheoryData<string> Projects => [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Point_at_the_engine(string project)
    {
        Assert.True(Arrows.TryGetValue(project, out var allowed), $"{project} is not in the table of arrows.");
        Assert.Equal([], References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!).Except(allowed));
    }

    [Fact]
    public void Leave_the_engine_without_dependencies() => Assert.Equal(EnginePackages, References("Cadre.Engine", "PackageReference"));

    [Fact]
    public void Are_all_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Cadre.slnx"));
        var projects = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path));
        Assert.Equal([], projects.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Number_their_decisions_once()
    {
        var numbers = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/decisions"), "*.md")
            .Select(path => DecisionNumber().Match(Path.GetFileName(path)).Value).ToArray();
        Assert.DoesNotContain("", numbers);
        Assert.Equal(numbers.Distinct().Order(StringComparer.Ordinal), numbers.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj")).Descendants(kind).Select(reference => reference.Attribute("Include")!.Value);

    [GeneratedRegex(@"^\d{4}")]
    private static partial Regex DecisionNumber();
}
