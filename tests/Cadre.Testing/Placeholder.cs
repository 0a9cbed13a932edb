namespace Cadre.Testing;
