namespace Cadre.Simulator; internal static class Placeholder;
