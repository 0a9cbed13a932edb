using System.Collections.Immutable;

namespace Cadre.Engine.Policies;

/// <summary>A verdict and everything that spoke for it, in the order of judging: tool, program, paths, hosts.</summary>
public sealed record Explanation(Verdict Verdict, ImmutableArray<Finding> Findings);

/// <param name="Subject">What was judged: "tool write_file", "program git push", "write src/a.cs", "host https://example.com:443".</param>
/// <param name="IsDefault">No rule matched the subject; this is the answer for that case.</param>
public sealed record Finding(string Subject, Verdict Verdict, bool IsDefault = false);
