namespace Cadre.Sandbox.Detection;

/// <summary>The usual reasons for which an installed bubblewrap may not make namespaces, and the way out of each.</summary>
internal static class NamespaceAdvice
{
    private static readonly (string Switch, string Off, string Advice)[] Switches =
    [
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1."),
        ("/proc/sys/user/max_user_namespaces", "0", "Allow user namespaces: sysctl user.max_user_namespaces=10000."),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "Allow bubblewrap user namespaces with an AppArmor profile (aa-status shows them), or sysctl kernel.apparmor_restrict_unprivileged_userns=0."),
    ];

    public static string Give(string install)
    {
        var advice = Switches.Where(knob => File.Exists(knob.Switch) && File.ReadAllText(knob.Switch).Trim() == knob.Off).Select(knob => knob.Advice);
        var container = File.Exists("/.dockerenv") || File.Exists("/run/.containerenv")
            ? " In a container also: --security-opt seccomp=unconfined --security-opt systempaths=unconfined --security-opt apparmor=unconfined."
            : "";
        return string.Join(' ', advice.Prepend(install)) + container;
    }
}
