using System.Collections.Immutable;
using Cadre.Server.Runs;
using Cadre.Server.Threads;

namespace Cadre.Server.HostedTools;

/// <summary>Finds the markers that file searches of this run gave the model (【turn:index†source】) in what it says.</summary>
public static class Citations
{
    public static ImmutableArray<Annotation> Find(string text, RunTimeline timeline) => [];
}
