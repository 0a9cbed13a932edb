namespace Cadre.Sandbox; internal static class Placeholder;
