using System.Runtime.Versioning;
using Cadre.Sandbox.Landlock;
using Xunit.MicrosoftTestingPlatform;

[assembly: SupportedOSPlatform("linux")]

namespace Cadre.Sandbox.Tests;

internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        [LandlockLauncher.Verb, ..] => LandlockLauncher.Run(),
        [Probe.Verb, .. var rest] => await Probe.RunAsync(rest),
        _ => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
