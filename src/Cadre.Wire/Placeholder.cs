namespace Cadre.Wire; internal static class Placeholder;
